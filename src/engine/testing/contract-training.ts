/** What scoring and training promise: one set of log-probabilities, the documented losses, gradients that add up. */
import { describe, expect, it } from 'vitest';
import type { Policy, TrainGroup } from '../types.js';
import type { ContractTarget } from './contract.js';
import { STEP, ids, largestGap, raggedGroups, response, scoredGroups, sharedEngine, withEngine } from './helpers.js';

/** The same responses, each with a prompt of its own. */
const alone = (groups: readonly TrainGroup[]): TrainGroup[] =>
  groups.flatMap(({ prompt, responses }) => responses.map((r) => ({ prompt, responses: [r] })));

export function trainingContract(target: ContractTarget): void {
  describe('logprobs', () => {
    const engine = sharedEngine(target);

    it('scores every token of every response, alone or in company', async () => {
      const groups = scoredGroups(raggedGroups(engine().info.vocabSize, 'score'));
      const scores = await engine().logprobs(groups);
      expect(scores.map((g) => g.map((s) => s.length))).toEqual(groups.map((g) => g.responses.map((r) => r.length)));
      for (const [i, { prompt, responses }] of groups.entries()) {
        for (const [g, tokens] of responses.entries()) {
          const [[single]] = (await engine().logprobs([{ prompt, responses: [tokens] }])) as [[Float32Array]];
          for (const [t, p] of single.entries()) expect(Math.abs(p - scores[i]![g]![t]!)).toBeLessThan(1e-4);
        }
      }
    });

    it('sums to one over the vocabulary', async () => {
      const responses = Array.from({ length: engine().info.vocabSize }, (_, id) => ids(id));
      const [scores] = await engine().logprobs([{ prompt: ids(3, 1, 4), responses }]);
      expect(scores!.reduce((sum, s) => sum + Math.exp(s[0]!), 0)).toBeCloseTo(1, 4);
    });

    it('takes nothing, and responses of no tokens', async () => {
      expect(await engine().logprobs([])).toEqual([]);
      expect(await engine().logprobs([{ prompt: ids(1), responses: [] }])).toEqual([[]]);
      const [[empty, one]] = (await engine().logprobs([{ prompt: ids(1), responses: [ids(), ids(2)] }])) as [
        Float32Array[],
      ];
      expect([empty!.length, one!.length]).toEqual([0, 1]);
    });
  });

  describe('forwardBackward', () => {
    it('gives sum c log p, log-probabilities and entropy', async () => {
      await withEngine(target, async (engine) => {
        const groups = raggedGroups(engine.info.vocabSize, 'loss');
        const scores = await engine.logprobs(scoredGroups(groups));
        const result = await engine.forwardBackward(groups);
        let sum = 0;
        for (const [i, { responses }] of groups.entries()) {
          for (const [g, { slopes }] of responses.entries()) {
            for (const [t, slope] of slopes.entries()) sum += slope * scores[i]![g]![t]!;
          }
        }
        expect(Math.abs(result.loss - sum)).toBeLessThan(1e-4 * Math.max(1, Math.abs(sum)));
        const entropy = result.entropy ?? 1; // an engine may not be able to tell
        expect(entropy).toBeGreaterThan(0);
        expect(entropy).toBeLessThanOrEqual(Math.log(engine.info.vocabSize) + 1e-4);
        expect(result.logprobs_NGT.map((g) => g.map((r) => r.length))).toEqual(
          groups.map(({ responses }) => responses.map(({ tokens }) => tokens.length)),
        );
        expect(largestGap(result.logprobs_NGT, scores)).toBeLessThan(1e-4);
      });
    });

    it('raises the log-probability of a sample with negative slopes and lowers that of one with positive slopes', async () => {
      for (const sign of [1, -1]) {
        await withEngine(target, async (engine) => {
          const prompt = ids(2, 7, 1);
          const options = { maxTokens: 5, temperature: 1, stopTokens: [] };
          const { samples_NG } = await engine.sample([{ prompt, n: 1, seed: 3 }], options);
          const sample = samples_NG[0]![0]!;
          const total = (scores: Float32Array[][]) => scores[0]![0]!.reduce((a, b) => a + b, 0);
          const score = () => engine.logprobs([{ prompt, responses: [sample.tokens] }]).then(total);
          const before = await score();
          const slopes = new Float32Array(sample.tokens.length).fill(-sign);
          await engine.forwardBackward([{ prompt, responses: [response(sample.tokens, slopes)] }]);
          await engine.optimStep({ ...STEP, learningRate: 1e-3 });
          expect(Math.sign((await score()) - before)).toBe(sign);
        });
      }
    });

    it('has no gradient where the slopes are zero, or there is nothing', async () => {
      await withEngine(target, async (engine) => {
        await engine.forwardBackward([{ prompt: ids(4), responses: [response(ids(1, 2, 3), new Float32Array(3))] }]);
        expect((await engine.optimStep({ ...STEP, learningRate: 0 })).gradNorm).toBe(0);
        expect(await engine.forwardBackward([])).toMatchObject({ loss: 0, logprobs_NGT: [] });
      });
    });

    const outcome = async (run: (engine: Policy) => Promise<unknown>) =>
      withEngine(target, async (engine) => {
        await run(engine);
        const { gradNorm } = await engine.optimStep(STEP);
        const probe = scoredGroups(raggedGroups(engine.info.vocabSize, 'probe'));
        return { gradNorm, scores: await engine.logprobs(probe) };
      });

    it('accumulates: two calls are one call with both', async () => {
      const groups = (e: Policy) => raggedGroups(e.info.vocabSize, 'accumulate');
      const together = await outcome((e) => e.forwardBackward(groups(e)));
      const apart = await outcome(async (e) => {
        await e.forwardBackward(groups(e).slice(0, 1));
        await e.forwardBackward(groups(e).slice(1));
      });
      expect(Math.abs(apart.gradNorm / together.gradNorm - 1)).toBeLessThan(1e-5);
      expect(largestGap(apart.scores, together.scores)).toBeLessThan(1e-3);
    });

    it('shares prompts without changing the gradient', async () => {
      const groups = (e: Policy) => raggedGroups(e.info.vocabSize, 'share');
      const shared = await outcome((e) => e.forwardBackward(groups(e)));
      const naive = await outcome((e) => e.forwardBackward(alone(groups(e))));
      expect(Math.abs(shared.gradNorm / naive.gradNorm - 1)).toBeLessThan(1e-5);
      expect(largestGap(shared.scores, naive.scores)).toBeLessThan(1e-3);
    });
  });

  describe('optimStep', () => {
    it('clips the global norm, counts versions and clears the gradient', async () => {
      await withEngine(target, async (engine) => {
        const group = { prompt: ids(1, 2), responses: [response(ids(3, 4, 5))] };
        await engine.forwardBackward([group]);
        const first = await engine.optimStep({ ...STEP, learningRate: 0, maxGradNorm: 1e-3 });
        expect(first.gradNorm).toBeGreaterThan(1e-3);
        expect(first.policyVersion).toBe(1);
        expect(await engine.optimStep({ ...STEP, learningRate: 0 })).toEqual({ gradNorm: 0, policyVersion: 2 });
        const options = { maxTokens: 1, temperature: 1, stopTokens: [] };
        expect((await engine.sample([{ prompt: ids(1), n: 1, seed: 1 }], options)).policyVersion).toBe(2);
      });
    });

    it('learns to repeat a text', async () => {
      await withEngine(target, async (engine) => {
        const group = { prompt: ids(1, 2), responses: [response(ids(3, 4, 5, 6))] };
        const { loss: first } = await engine.forwardBackward([group]);
        let loss = first;
        for (let step = 0; step < 60; step++) {
          ({ loss } = await engine.forwardBackward([group]));
          await engine.optimStep({ ...STEP, learningRate: 3e-2, maxGradNorm: 1 });
        }
        expect(loss).toBeLessThan(first / 5);
      });
    });
  });
}
