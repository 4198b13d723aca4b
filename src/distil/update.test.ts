import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { FakePolicy } from '../engine/index.js';
import { STEP, randomTokens } from '../engine/testing/helpers.js';
import { scoreGroupsOf, type TrainedPrompt } from '../rl/sequences.js';
import { rollout } from '../rl/testing/comparison.js';
import { distilUpdate, pieces, type DistilPlan } from './update.js';

const VOCAB = 12;
const student = (): FakePolicy => new FakePolicy({ vocabSize: VOCAB, seed: 1, deviation: 1 });
/** Here a policy with other weights; in self-distillation, the same with another prompt. */
const teacher = new FakePolicy({ vocabSize: VOCAB, seed: 2, deviation: 1 }, {});

async function prompts(policy: FakePolicy): Promise<TrainedPrompt[]> {
  const rng = Rng.fromSeed('prompts');
  const bare = [[3, 5, 1], [4], [2, 2]].map((lengths, i) => ({
    problem: { id: `p${i}`, question: 'q', answer: '1' },
    prompt: randomTokens(rng, 3, VOCAB),
    trained_G: lengths.map((length) => ({
      rollout: rollout(0, { tokens: randomTokens(rng, length, VOCAB) }),
      advantage: 0,
    })),
  }));
  const scores_NGT = await policy.logprobs(scoreGroupsOf(bare));
  for (const [n, { trained_G }] of bare.entries())
    for (const [g, one] of trained_G.entries()) one.rollout.policyLogprobs = scores_NGT[n]![g]!;
  return bare;
}

const plan = (more: Partial<DistilPlan> = {}): DistilPlan => ({
  divergence: { kind: 'jsd', beta: 0.5, clip: 0 },
  topK: 0,
  teacher: () => (batch, which) => teacher.alternatives(scoreGroupsOf(batch), which),
  ...more,
});

async function updated(more: Partial<DistilPlan> = {}, learningRate = 1e-2) {
  const policy = student();
  const batch = await prompts(policy);
  const result = await distilUpdate(plan(more))(batch, { policy, optimizer: { ...STEP, learningRate } });
  return { policy, batch, result, scores: await policy.logprobs(scoreGroupsOf(batch)) };
}

describe('the update of self-distillation over the vocabulary', () => {
  it.each(['forward-kl', 'reverse-kl', 'jsd'] as const)('brings the student to the teacher: %s', async (kind) => {
    const { policy, batch, result } = await updated({ divergence: { kind, beta: 0.5, clip: 0 } }, 0.05);
    expect(result).toMatchObject({ tokens: 17, policyVersion: 1, stats: { divergenceClipShare: 0 } });
    expect(result.loss).toBeCloseTo(result.stats.divergenceMean!, 6);
    expect(result.logprobGap.max).toBeLessThan(1e-6);
    const update = distilUpdate(plan({ divergence: { kind, beta: 0.5, clip: 0 } }));
    let last = result;
    for (let step = 0; step < 60; step++)
      last = await update(batch, { policy, optimizer: { ...STEP, learningRate: 0.05 } });
    expect(last.stats.divergenceMean).toBeLessThan(result.stats.divergenceMean! / 10);
  });

  it('does not depend on the pieces that the batch is worked off in', async () => {
    const whole = await updated();
    for (const maxNumbers of [1, 7 * VOCAB]) {
      const parted = await updated({ maxNumbers });
      expect(parted.result.loss).toBeCloseTo(whole.result.loss, 6);
      expect(parted.result.gradNorm).toBeCloseTo(whole.result.gradNorm, 6);
      expect(parted.result.entropy).toBeCloseTo(whole.result.entropy!, 6);
      expect(parted.result.tokens).toBe(17);
      for (const [n, group] of parted.scores.entries())
        for (const [g, scores] of group.entries())
          for (const [t, p] of scores.entries()) expect(p).toBeCloseTo(whole.scores[n]![g]![t]!, 4);
    }
  });

  it('compares the likely tokens alone where that is asked for; as many as there are is all of them', async () => {
    const [all, everyOne, some] = [await updated(), await updated({ topK: 99 }), await updated({ topK: 3 })];
    expect(everyOne.result).toEqual(all.result);
    expect(some.result.loss).not.toBeCloseTo(all.result.loss, 3);
    expect(some.result.gradNorm).toBeGreaterThan(0);
  });

  it('counts where it clips', async () => {
    const { result } = await updated({ divergence: { kind: 'forward-kl', beta: 0.5, clip: 0.05 } });
    expect(result.stats.divergenceClipShare).toBeGreaterThan(0.5);
    expect(result.loss).toBeLessThan(result.stats.divergenceMean!);
  });
});

it('pieces hold every response once, in order, within the limit where one response is', async () => {
  const batch = await prompts(student());
  const lengths = (parts: TrainedPrompt[][]) =>
    parts.map((part) => part.map(({ trained_G }) => trained_G.map(({ rollout: { tokens } }) => tokens.length)));
  expect(lengths(pieces(batch, 99))).toEqual([[[3, 5, 1], [4], [2, 2]]]);
  expect(lengths(pieces(batch, 8))).toEqual([[[3, 5]], [[1], [4], [2]], [[2]]]);
  expect(lengths(pieces(batch, 4))).toEqual([[[3]], [[5]], [[1]], [[4]], [[2, 2]]]);
  expect(pieces([], 4)).toEqual([]);
});
