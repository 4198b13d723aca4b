import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import {
  cispo,
  distil,
  gspo,
  klEstimators,
  policyGradient,
  ppoClip,
  withEntropyBonus,
  withImportance,
  withKl,
  type KlEstimator,
  type Objective,
  type Sequence,
} from './index.js';

const floats = (...values: number[]) => Float32Array.from(values);

/** A response of one token with ratio r, advantage A and weight 2. */
const oneToken = (ratio: number, advantage: number): Sequence => ({
  advantage,
  weights: floats(2),
  logprobs: floats(Math.log(ratio) - 1),
  oldLogprobs: floats(-1),
  samplerLogprobs: floats(-1),
  referenceLogprobs: floats(-1.5),
});

const at = (objective: Objective, ratio: number, advantage: number) => {
  const { loss, slopes, stats } = objective.slope([oneToken(ratio, advantage)]);
  return { loss, slope: slopes[0]![0]!, clipShare: stats.clipShare };
};

describe('by hand, weight 2', () => {
  it('policy gradient: -A log p', () => {
    expect(at(policyGradient(), 1, 3)).toMatchObject({ loss: 6, slope: -6 });
  });

  it('PPO clips a ratio that went too far in the direction of the advantage, and only there', () => {
    const ppo = ppoClip({ low: 0.2, high: 0.28 });
    expect(at(ppo, 1, 3)).toMatchObject({ loss: -6, slope: -6, clipShare: 0 });
    expect(at(ppo, 1.5, 3)).toMatchObject({ slope: 0, clipShare: 1 });
    expect(at(ppo, 1.5, 3).loss).toBeCloseTo(-2 * 1.28 * 3, 5);
    expect(at(ppo, 0.5, 3).slope).toBeCloseTo(-2 * 0.5 * 3, 5);
    expect(at(ppo, 0.5, -3)).toMatchObject({ slope: 0, clipShare: 1 });
    expect(at(ppo, 0.5, -3).loss).toBeCloseTo(2 * 0.8 * 3, 5);
    expect(at(ppo, 1.5, -3).slope).toBeCloseTo(2 * 1.5 * 3, 5);
  });

  it('the dual clip bounds what a bad response may cost', () => {
    const dual = ppoClip({ low: 0.2, high: 0.2, dual: 3 });
    expect(at(dual, 5, -1).loss).toBeCloseTo(2 * 3, 5);
    expect(at(dual, 5, -1).slope).toBeCloseTo(0, 12);
    expect(at(dual, 2, -1).slope).toBeCloseTo(2 * 2, 5);
  });

  it('distillation: the policy gradient with log p_teacher - log p for an advantage, held constant', () => {
    const of = (teacherLogprobs: Float32Array) =>
      distil().slope([{ ...oneToken(1, 9), weights: floats(0.5, 0.5), logprobs: floats(-1, -2), teacherLogprobs }]);
    // -(mean of A log p), A = (0.5, -1): -(0.5 * -1 + -1 * -2) / 2; slopes -A / 2.
    const { loss, slopes, stats } = of(floats(-0.5, -3));
    expect(loss).toBeCloseTo(-0.75, 6);
    expect([...slopes[0]!]).toEqual([-0.25, 0.5]);
    expect(stats.teacherGapMean).toBeCloseTo(0.25, 6);
    expect(of(floats(-1, -2))).toMatchObject({ loss: 0, slopes: [floats(0, 0)] });
    expect(() => distil().slope([oneToken(1, 9)])).toThrow('teacher');
    const teacherLogprobs = floats(-0.5, -3);
    const capped = distil(0.25).slope([
      { ...oneToken(1, 9), weights: floats(1, 1), logprobs: floats(-1, -2), teacherLogprobs },
    ]);
    expect([...capped.slopes[0]!]).toEqual([-0.25, 0.25]);
    expect(capped.stats.teacherGapMean).toBeCloseTo(0.25, 6);
  });

  it('CISPO cuts the ratio and keeps the gradient', () => {
    const objective = cispo({ maxRatio: 2 });
    expect(at(objective, 4, 3).slope).toBeCloseTo(-2 * 2 * 3, 5);
    expect(at(objective, 4, 3).clipShare).toBe(1);
    expect(at(objective, 0.5, 3).slope).toBeCloseTo(-2 * 0.5 * 3, 5);
  });

  it('GSPO takes the geometric mean of the ratios', () => {
    const sequence: Sequence = {
      advantage: 1,
      weights: floats(0.5, 0.5),
      logprobs: floats(Math.log(4) - 1, -1),
      oldLogprobs: floats(-1, -1),
      samplerLogprobs: floats(-1, -1),
    };
    // Ratios 4 and 1: s = sqrt(4 x 1) = 2; loss -2, each token carries half of it.
    const wide = gspo({ low: 0.9, high: 9 }).slope([sequence]);
    expect(wide.loss).toBeCloseTo(-2, 5);
    expect([...wide.slopes[0]!]).toEqual([expect.closeTo(-1, 5), expect.closeTo(-1, 5)]);
    const held = gspo({ low: 0.2, high: 0.5 }).slope([sequence]);
    expect(held.loss).toBeCloseTo(-1.5, 5);
    expect([...held.slopes[0]!].every((slope) => slope === 0)).toBe(true);
    expect(held.stats.clipShare).toBe(1);
  });

  it('KL estimators: k1 x, k2 x^2 / 2, k3 exp(-x) - 1 + x', () => {
    expect(klEstimators.k1(0.5)).toEqual({ loss: 0.5, slope: 1 });
    expect(klEstimators.k2(0.5)).toEqual({ loss: 0.125, slope: 0.5 });
    expect(klEstimators.k3(0.5).loss).toBeCloseTo(Math.exp(-0.5) - 0.5, 12);
    expect(klEstimators.k3(0).loss).toBe(0);
  });

  it('importance weighs a token by p / q, at most the cap; equal distributions change nothing', () => {
    const objective = withImportance(policyGradient(), 2);
    const drawn = (q: number): Sequence => ({ ...oneToken(1, 3), samplerLogprobs: floats(Math.log(q) - 1) });
    expect(objective.slope([drawn(1)])).toEqual(policyGradient().slope([drawn(1)]));
    const half = objective.slope([drawn(2)]);
    expect(half.slopes[0]![0]).toBeCloseTo(-3, 5);
    expect(half.stats).toMatchObject({ importanceMean: expect.closeTo(0.5, 5) as number, importanceCapShare: 0 });
    const capped = objective.slope([drawn(0.1)]);
    expect(capped.slopes[0]![0]).toBeCloseTo(-12, 5);
    expect(capped.stats.importanceCapShare).toBe(1);
  });

  it('the entropy bonus pushes likely tokens down: slope b log p', () => {
    const { slopes, stats } = withEntropyBonus(policyGradient(), 0.1).slope([{ ...oneToken(1, 0), advantage: 0 }]);
    expect(slopes[0]![0]).toBeCloseTo(0.1 * 2 * -1, 6);
    expect(stats.entropyEstimate).toBeCloseTo(1, 6);
  });
});

/** Random responses with ratios on both sides of every clip. */
function randomBatch(label: string): Sequence[] {
  const rng = Rng.fromSeed(label);
  return [3, 1, 5, 2].map((length) => {
    const old = Float32Array.from({ length }, () => -1 - rng.next());
    const noisy = (spread: number) => old.map((p) => p + spread * rng.normal());
    return {
      advantage: rng.normal(),
      weights: new Float32Array(length).fill(0.1 + 0.1 * rng.next()),
      logprobs: noisy(0.3),
      oldLogprobs: old,
      samplerLogprobs: noisy(0.2),
      referenceLogprobs: noisy(0.5),
    };
  });
}

describe('slopes are the derivative of the loss (finite differences in float64)', () => {
  const kl = (estimator: KlEstimator) => withKl(ppoClip({ low: 0.2, high: 0.2 }), estimator, 0.3);
  const cases: [string, Objective][] = [
    ['policy gradient', policyGradient()],
    ['PPO', ppoClip({ low: 0.2, high: 0.28 })],
    ['PPO with dual clip', ppoClip({ low: 0.2, high: 0.2, dual: 1.2 })],
    ['GSPO', gspo({ low: 0.05, high: 0.05 })],
    ['KL k1', kl('k1')],
    ['KL k2', kl('k2')],
    ['KL k3', kl('k3')],
    ['truncated importance', withImportance(ppoClip({ low: 0.2, high: 0.2 }), 1.1)],
  ];
  it.each(cases)('%s', (name, objective) => {
    const batch = randomBatch(name);
    const { slopes } = objective.slope(batch);
    for (const [i, sequence] of batch.entries()) {
      for (const t of sequence.logprobs.keys()) {
        const lossAt = (delta: number) => {
          const logprobs = sequence.logprobs.slice();
          logprobs[t]! += delta;
          // The step as float32 holds it.
          const moved = logprobs[t]! - sequence.logprobs[t]!;
          const { loss } = objective.slope(batch.map((s, j) => (j === i ? { ...s, logprobs } : s)));
          return { loss, moved };
        };
        const [above, below] = [lossAt(1e-3), lossAt(-1e-3)];
        const numeric = (above.loss - below.loss) / (above.moved - below.moved);
        expect(slopes[i]![t]!, `response ${i}, token ${t}`).toBeCloseTo(numeric, 3);
      }
    }
  });
});

it('says what it needs, and refuses to go on without it', () => {
  const objective = withKl(policyGradient(), 'k3', 0.1);
  expect(objective.needs).toEqual(['reference']);
  const { referenceLogprobs: _none, ...without } = oneToken(1, 1);
  expect(() => objective.slope([without])).toThrow('the reference has not scored');
  expect(withImportance(objective, 2).needs).toEqual(['reference']);
});
