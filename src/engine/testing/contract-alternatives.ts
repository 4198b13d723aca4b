/** What scoring and training alternatives to the sampled tokens promises, of engines that can do it. */
import { describe, expect, it } from 'vitest';
import type { Alternatives, TrainGroup, TrainResponse } from '../types.js';
import type { ContractTarget } from './contract.js';
import {
  STEP,
  alternativeLoss,
  ids,
  largestGap,
  nextLogprobs,
  raggedGroups,
  scoredGroups,
  sharedEngine,
  whichOf,
  withAlternatives,
  withEngine,
} from './helpers.js';

export function alternativesContract(target: ContractTarget): void {
  if (target.lacks?.includes('alternatives')) return lacksAlternatives(target);
  describe('alternatives', () => {
    const policy = sharedEngine(target);

    it('scores all tokens, the most likely and given ones at every position', async () => {
      const groups = scoredGroups(raggedGroups(policy().info.vocabSize, 'alternatives'));
      const { vocabSize } = policy().info;
      const all = await policy().alternatives(groups, { kind: 'all' });
      const top = await policy().alternatives(groups, { kind: 'top', k: 3 });
      const ids_NG = top.map((group) => group.map((one) => one.ids!));
      const given = await policy().alternatives(groups, { kind: 'given', ids_NG });
      expect(given.map((group) => group.map((one) => one.ids))).toEqual(ids_NG);
      const logprobsOf = (scores: Alternatives[][]) => scores.map((group) => group.map((one) => one.logprobs));
      expect(largestGap(logprobsOf(given), logprobsOf(top))).toBeLessThan(1e-4);
      for (const [n, { prompt, responses }] of groups.entries()) {
        for (const [g, tokens] of responses.entries()) {
          expect(all[n]![g]!.ids).toBeUndefined();
          for (let t = 0; t < tokens.length; t++) {
            const next = await nextLogprobs(policy(), prompt, tokens.subarray(0, t));
            const own = all[n]![g]!.logprobs.subarray(t * vocabSize, (t + 1) * vocabSize);
            for (const [id, p] of next.entries()) expect(Math.abs(own[id]! - p)).toBeLessThan(1e-4);
            const best = ids_NG[n]![g]!.subarray(t * 3, t * 3 + 3);
            const likely = [...own].toSorted((a, b) => b - a);
            for (const [i, id] of best.entries()) expect(Math.abs(own[id]! - likely[i]!)).toBeLessThan(1e-4);
            expect(new Set(best).size).toBe(3);
          }
        }
      }
    });

    it('takes nothing, and responses of no tokens', async () => {
      expect(await policy().alternatives([], { kind: 'all' })).toEqual([]);
      const groups = [{ prompt: ids(1), responses: [ids(), ids(2)] }];
      const [[empty, one]] = (await policy().alternatives(groups, { kind: 'top', k: 2 })) as [Alternatives[]];
      expect([empty!.logprobs.length, one!.logprobs.length, one!.ids!.length]).toEqual([0, 2, 2]);
    });

    it('refuses what does not fit', async () => {
      const groups = [{ prompt: ids(1), responses: [ids(2, 3), ids(2)] }];
      const refused = { code: 'engine' };
      await expect(policy().alternatives(groups, { kind: 'top', k: 0 })).rejects.toMatchObject(refused);
      await expect(policy().alternatives(groups, { kind: 'top', k: 1e6 })).rejects.toMatchObject(refused);
      for (const given of [[ids(1, 2), ids(1, 2)], [ids(1, 2, 3), ids(1, 2)], [ids(1, 2)], [ids(1, -2), ids(1)]]) {
        await expect(policy().alternatives(groups, { kind: 'given', ids_NG: [given] })).rejects.toMatchObject(refused);
      }
      await withEngine(target, async (trained) => {
        const [one] = withAlternatives(trained.info.vocabSize, 2).slice(2) as [TrainGroup];
        const [first, second] = one.responses as [(typeof one.responses)[0], (typeof one.responses)[0]];
        const { alternatives, ...bare } = second;
        const slopes = new Float32Array(trained.info.vocabSize * second.tokens.length);
        const bad: TrainResponse[] = [bare, { ...bare, alternatives: { slopes } }];
        bad.push({ ...bare, alternatives: { ids: alternatives!.ids!, slopes: alternatives!.slopes.fill(NaN) } });
        for (const other of bad)
          await expect(
            trained.forwardBackward([{ prompt: one.prompt, responses: [first, other] }]),
          ).rejects.toMatchObject(refused);
        expect((await trained.optimStep({ ...STEP, learningRate: 0 })).gradNorm).toBe(0);
      });
    });

    it.each([3, 'all'] as const)('has the loss sum c log p of %s of them', (perToken) =>
      withEngine(target, async (trained) => {
        const groups = withAlternatives(trained.info.vocabSize, perToken);
        const scores = await trained.alternatives(scoredGroups(groups), whichOf(groups));
        const sum = alternativeLoss(groups, scores);
        const { loss, logprobs_NGT } = await trained.forwardBackward(groups);
        expect(Math.abs(loss - sum)).toBeLessThan(1e-4 * Math.max(1, Math.abs(sum)));
        expect(largestGap(logprobs_NGT, await trained.logprobs(scoredGroups(groups)))).toBeLessThan(1e-4);
      }),
    );

    it('learns from the sampled tokens among the alternatives as from their own slopes', async () => {
      const outcome = (change: (groups: TrainGroup[], vocab: number) => TrainGroup[]) =>
        withEngine(target, async (trained) => {
          const { vocabSize } = trained.info;
          const groups = raggedGroups(vocabSize, 'the same');
          const { loss } = await trained.forwardBackward(change(groups, vocabSize));
          const { gradNorm } = await trained.optimStep(STEP);
          return { loss, gradNorm, scores: await trained.logprobs(scoredGroups(groups)) };
        });
      const each = (groups: TrainGroup[], make: (one: TrainResponse) => TrainResponse) =>
        groups.map(({ prompt, responses }) => ({ prompt, responses: responses.map(make) }));
      const plain = await outcome((groups) => groups);
      const byId = await outcome((groups) =>
        each(groups, ({ tokens, slopes }) => ({
          tokens,
          slopes: slopes.map((c) => 0.25 * c),
          alternatives: { ids: tokens, slopes: slopes.map((c) => 0.75 * c) },
        })),
      );
      const whole = await outcome((groups, vocab) =>
        each(groups, ({ tokens, slopes }) => {
          const others = new Float32Array(tokens.length * vocab);
          for (const [t, token] of tokens.entries()) others[t * vocab + token] = slopes[t]!;
          return { tokens, slopes: new Float32Array(tokens.length), alternatives: { slopes: others } };
        }),
      );
      for (const other of [byId, whole]) {
        expect(Math.abs(other.loss - plain.loss)).toBeLessThan(1e-4);
        expect(Math.abs(other.gradNorm / plain.gradNorm - 1)).toBeLessThan(1e-4);
        expect(largestGap(other.scores, plain.scores)).toBeLessThan(1e-3);
      }
    });
  });
}

function lacksAlternatives(target: ContractTarget): void {
  it('says that it has no alternatives, and refuses them', () =>
    withEngine(target, async (policy, engine) => {
      expect((await engine.can()).alternatives).toBe(false);
      const refused = { code: 'engine' };
      const scored = [{ prompt: ids(1), responses: [ids(2)] }];
      await expect(policy.alternatives(scored, { kind: 'all' })).rejects.toMatchObject(refused);
      const groups = withAlternatives(policy.info.vocabSize, 2);
      await expect(policy.forwardBackward(groups)).rejects.toMatchObject(refused);
      expect((await policy.optimStep({ ...STEP, learningRate: 0 })).gradNorm).toBe(0);
    }));
}
