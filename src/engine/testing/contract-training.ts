/** What scoring and training promise: one set of log-probabilities, the documented losses, gradients that add up. */
import { describe, expect, it } from 'vitest';
import { tokenLoss } from '../loss.js';
import type { LossSpec, Policy, TrainGroup } from '../types.js';
import type { ContractTarget } from './contract.js';
import {
  CROSS_ENTROPY,
  REINFORCE,
  STEP,
  ids,
  largestGap,
  raggedGroups,
  response,
  sharedEngine,
  withEngine,
} from './helpers.js';

const RATIO: LossSpec = { kind: 'policy_gradient', ratio: true, clipLow: 0.2, clipHigh: 0.3 };

const scoreGroups = (groups: readonly TrainGroup[]) =>
  groups.map(({ prompt, responses }) => ({ prompt, responses: responses.map((r) => r.tokens) }));

/** The same responses, each with a prompt of its own. */
const alone = (groups: readonly TrainGroup[]): TrainGroup[] =>
  groups.flatMap(({ prompt, responses }) => responses.map((r) => ({ prompt, responses: [r] })));

export function trainingContract(target: ContractTarget): void {
  describe('logprobs', () => {
    const engine = sharedEngine(target);

    it('scores every token of every response, alone or in company', async () => {
      const groups = scoreGroups(raggedGroups(engine().info.vocabSize, 'score'));
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
    const losses: [string, LossSpec][] = [
      ['cross entropy', CROSS_ENTROPY],
      ['policy gradient', REINFORCE],
      ['policy gradient with ratio', RATIO],
    ];
    it.each(losses)('gives the loss, log-probabilities, clip share and entropy of %s', async (_, loss) => {
      await withEngine(target, async (engine) => {
        const groups = raggedGroups(engine.info.vocabSize, 'loss');
        const scores = await engine.logprobs(scoreGroups(groups));
        const result = await engine.forwardBackward(groups, loss);
        let sum = 0;
        let tokens = 0;
        let clipped = 0;
        for (const [i, { responses }] of groups.entries()) {
          for (const [g, r] of responses.entries()) {
            for (const [t, weight] of r.weights.entries()) {
              if (weight === 0) continue;
              const scalars = { weight, advantage: r.advantages![t], samplerLogprob: r.samplerLogprobs![t] };
              const one = tokenLoss(loss, scores[i]![g]![t]!, scalars);
              tokens++;
              sum += one.loss;
              clipped += Number(one.clipped);
            }
          }
        }
        expect(result.tokens).toBe(tokens);
        expect(Math.abs(result.loss - sum)).toBeLessThan(1e-4 * Math.max(1, Math.abs(sum)));
        expect(result.clipShare).toBeCloseTo(clipped / tokens, 6);
        expect(clipped > 0).toBe(loss === RATIO);
        const entropy = result.entropy ?? 1; // an engine may not be able to tell
        expect(entropy).toBeGreaterThan(0);
        expect(entropy).toBeLessThanOrEqual(Math.log(engine.info.vocabSize) + 1e-4);
        for (const [i, { responses }] of groups.entries()) {
          for (const [g, r] of responses.entries()) {
            expect(result.logprobs_NGT[i]![g]!.length).toBe(r.tokens.length);
            for (const [t, p] of result.logprobs_NGT[i]![g]!.entries()) {
              expect(Math.abs(p - scores[i]![g]![t]!)).toBeLessThan(1e-4);
            }
          }
        }
      });
    });

    it('raises the log-probability of a sample with positive advantage and lowers that of a negative one', async () => {
      for (const sign of [1, -1]) {
        await withEngine(target, async (engine) => {
          const prompt = ids(2, 7, 1);
          const options = { maxTokens: 5, temperature: 1, stopTokens: [] };
          const { samples_NG } = await engine.sample([{ prompt, n: 1, seed: 3 }], options);
          const sample = samples_NG[0]![0]!;
          const total = (scores: Float32Array[][]) => scores[0]![0]!.reduce((a, b) => a + b, 0);
          const score = () => engine.logprobs([{ prompt, responses: [sample.tokens] }]).then(total);
          const before = await score();
          const advantages = new Float32Array(sample.tokens.length).fill(sign);
          const { logprobs: samplerLogprobs } = sample;
          const group = { prompt, responses: [response(sample.tokens, { advantages, samplerLogprobs })] };
          await engine.forwardBackward([group], RATIO);
          await engine.optimStep({ ...STEP, learningRate: 1e-3 });
          expect(Math.sign((await score()) - before)).toBe(sign);
        });
      }
    });

    it('has no gradient where weights, advantages or the clip leave none', async () => {
      await withEngine(target, async (engine) => {
        const tokens = ids(1, 2, 3);
        const zeros = new Float32Array(3);
        const ones = new Float32Array(3).fill(1);
        const gradNorm = async (r: Parameters<typeof response>[1], loss: LossSpec) => {
          await engine.forwardBackward([{ prompt: ids(4), responses: [response(tokens, r)] }], loss);
          return (await engine.optimStep({ ...STEP, learningRate: 0 })).gradNorm;
        };
        expect(await gradNorm({ weights: zeros }, CROSS_ENTROPY)).toBe(0);
        expect(await gradNorm({ advantages: zeros }, REINFORCE)).toBe(0);
        const far = new Float32Array(3).fill(-20); // the ratio is far above its clip
        expect(await gradNorm({ advantages: ones, samplerLogprobs: far }, RATIO)).toBe(0);
        expect(await gradNorm({ advantages: ones.map((x) => -x), samplerLogprobs: far }, RATIO)).toBeGreaterThan(0);
        expect((await engine.forwardBackward([], CROSS_ENTROPY)).tokens).toBe(0);
      });
    });

    const outcome = async (run: (engine: Policy) => Promise<unknown>) =>
      withEngine(target, async (engine) => {
        await run(engine);
        const { gradNorm } = await engine.optimStep(STEP);
        const probe = scoreGroups(raggedGroups(engine.info.vocabSize, 'probe'));
        return { gradNorm, scores: await engine.logprobs(probe) };
      });

    it('accumulates: two calls are one call with both', async () => {
      const groups = (e: Policy) => raggedGroups(e.info.vocabSize, 'accumulate');
      const together = await outcome((e) => e.forwardBackward(groups(e), CROSS_ENTROPY));
      const apart = await outcome(async (e) => {
        await e.forwardBackward(groups(e).slice(0, 1), CROSS_ENTROPY);
        await e.forwardBackward(groups(e).slice(1), CROSS_ENTROPY);
      });
      expect(Math.abs(apart.gradNorm / together.gradNorm - 1)).toBeLessThan(1e-5);
      expect(largestGap(apart.scores, together.scores)).toBeLessThan(1e-3);
    });

    it.each(losses)('shares prompts without changing the gradient of %s', async (_, loss) => {
      const groups = (e: Policy) => raggedGroups(e.info.vocabSize, 'share');
      const shared = await outcome((e) => e.forwardBackward(groups(e), loss));
      const naive = await outcome((e) => e.forwardBackward(alone(groups(e)), loss));
      expect(Math.abs(shared.gradNorm / naive.gradNorm - 1)).toBeLessThan(1e-5);
      expect(largestGap(shared.scores, naive.scores)).toBeLessThan(1e-3);
    });
  });

  describe('optimStep', () => {
    it('clips the global norm, counts versions and clears the gradient', async () => {
      await withEngine(target, async (engine) => {
        const group = { prompt: ids(1, 2), responses: [response(ids(3, 4, 5))] };
        await engine.forwardBackward([group], CROSS_ENTROPY);
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
        let loss = Infinity;
        for (let step = 0; step < 60; step++) {
          ({ loss } = await engine.forwardBackward([group], CROSS_ENTROPY));
          await engine.optimStep({ ...STEP, learningRate: 3e-2, maxGradNorm: 1 });
        }
        expect(loss).toBeLessThan(1.5);
      });
    });
  });
}
