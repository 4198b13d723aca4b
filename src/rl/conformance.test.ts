/** Ours against verl's and TRL's own functions on the same tensors; scripts/golden/rl.py made the numbers. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { advantages, type AdvantageName } from './advantages/index.js';
import { lossWeights, type LossWeightKind } from './loss-weights.js';
import {
  cispo,
  gspo,
  klEstimators,
  ppoClip,
  withImportance,
  withKl,
  type Objective,
  type Sequence,
} from './objectives/index.js';
import { overlongPunishment } from './recipes/overlong.js';
import { comparison, rollout } from './testing/comparison.js';

interface Differentiated {
  loss: number;
  slopes: number[][];
}

const golden = JSON.parse(readFileSync(new URL('./testing/golden.json', import.meta.url), 'utf8')) as {
  rewards: number[][];
  lengths: number[][];
  maxTokens: number;
  advantage: number[];
  logprobs: number[][];
  oldLogprobs: number[][];
  samplerLogprobs: number[][];
  referenceLogprobs: number[][];
  advantages: Record<string, Record<string, number[]>>;
  evenAdvantages: { rewards: number[][]; trl: Record<string, number[]> };
  objectives: Record<string, Record<string, Differentiated>>;
  averages: Record<string, Record<string, Differentiated>>;
  overlong: number[];
};

const batch = golden.rewards.map((rewards, n) =>
  comparison([rewards.map((reward, g) => rollout(reward, { length: golden.lengths[n]![g]! }))]),
);

function sequences(kind: LossWeightKind): Sequence[] {
  const weights = lossWeights(kind, { lengths_NG: golden.lengths, maxTokens: golden.maxTokens }).flat();
  return golden.logprobs.map((logprobs, i) => ({
    advantage: golden.advantage[i]!,
    weights: new Float32Array(logprobs.length).fill(weights[i]!),
    logprobs: Float32Array.from(logprobs),
    oldLogprobs: Float32Array.from(golden.oldLogprobs[i]!),
    samplerLogprobs: Float32Array.from(golden.samplerLogprobs[i]!),
    referenceLogprobs: Float32Array.from(golden.referenceLogprobs[i]!),
  }));
}

const close = (actual: ArrayLike<number>, expected: readonly number[], where: string, bound = 1e-5) => {
  expect(actual.length, where).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i]! - value), `${where}, ${i}`).toBeLessThan(bound);
  }
};

/** Largest difference of loss and slopes to any peer. */
function gap(objective: Objective, kind: LossWeightKind, peers: Record<string, Differentiated>): number {
  const own = objective.slope(sequences(kind));
  const gaps = Object.values(peers).flatMap(({ loss, slopes }) => [
    Math.abs(own.loss - loss),
    ...slopes.flatMap((expected, i) => {
      if (own.slopes[i]!.length !== expected.length) return [Infinity];
      return expected.map((value, t) => Math.abs(own.slopes[i]![t]! - value));
    }),
  ]);
  return gaps.length === 0 ? Infinity : Math.max(...gaps);
}

describe('advantages', () => {
  it.each(Object.keys(golden.advantages['verl']!))('%s is as in verl', (name) => {
    close(
      advantages[name as AdvantageName]('problem')(batch).flat(2) as number[],
      golden.advantages['verl']![name]!,
      name,
    );
  });
});

/** TRL adds 1e-4 to the spread, which here is 0.4 and more: that alone is up to 2.5e-4 of an advantage. */
it.each(Object.keys(golden.evenAdvantages.trl))('advantages: %s is as in TRL', (name) => {
  const { rewards, trl } = golden.evenAdvantages;
  const own = advantages[name as AdvantageName]('problem')(rewards.map((group) => comparison([group])));
  close(own.flat(2) as number[], trl[name]!, name, 5e-4);
});

describe('objectives: loss and slope of every token', () => {
  const token = 'token-mean';
  const ppo = ppoClip({ low: 0.2, high: 0.2 });
  const none: Objective = {
    needs: [],
    slope: (all) => ({ loss: 0, slopes: all.map((s) => s.weights.map(() => 0)), stats: {} }),
  };
  const kl = (estimator: keyof typeof klEstimators) => withKl(none, estimator, 1);
  const own: Record<string, [Objective, LossWeightKind]> = {
    ppo: [ppoClip({ low: 0.2, high: 0.28 }), token],
    'ppo, dual clip 1.3': [ppoClip({ low: 0.2, high: 0.2, dual: 1.3 }), token],
    'cispo, at most 1.4': [cispo({ maxRatio: 1.4 }), token],
    gspo: [gspo({ low: 0.05, high: 0.1 }), 'sequence-mean'],
    'ppo with importance, cap 1.2': [withImportance(ppo, 1.2), token],
    'ppo with k3, 0.3': [withKl(ppo, 'k3', 0.3), token],
    k1: [kl('k1'), token],
    k2: [kl('k2'), token],
    k3: [kl('k3'), token],
  };
  it.each(Object.keys(golden.objectives))('%s', (name) => {
    const [objective, weights] = own[name]!;
    expect(gap(objective, weights, golden.objectives[name]!)).toBeLessThan(1e-5);
  });

  it('both sides of every clip occur in these tensors', () => {
    for (const [objective, weights] of [own['ppo']!, own['cispo, at most 1.4']!, own['gspo']!]) {
      const { clipShare } = objective.slope(sequences(weights)).stats;
      expect(clipShare).toBeGreaterThan(0);
      expect(clipShare).toBeLessThan(1);
    }
  });
});

describe('averages over the batch', () => {
  it.each(Object.keys(golden.averages))('%s', (name) => {
    const found = gap(ppoClip({ low: 0.2, high: 0.2 }), name as LossWeightKind, golden.averages[name]!);
    expect(found).toBeLessThan(1e-5);
  });
});

it('soft overlong punishment is as in TRL', () => {
  const own = golden.overlong.map((_, i) => overlongPunishment(i + 1, { max: 10, soft: 4 }));
  close(own, golden.overlong, 'punishment');
});
