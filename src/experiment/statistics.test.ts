import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { drawResamples, estimate } from './statistics.js';
import { t975 } from './student.js';

describe('t975', () => {
  it('is what tables of Student say', () => {
    const table = [
      [1, 12.7062],
      [2, 4.3027],
      [3, 3.1824],
      [5, 2.5706],
      [30, 2.0423],
      [1e9, 1.96],
    ] as const;
    for (const [df, t] of table) expect(t975(df)).toBeCloseTo(t, 3);
    expect(t975(2.5)).toBeLessThan(t975(2));
    expect(t975(2.5)).toBeGreaterThan(t975(3));
    expect(() => t975(0.5)).toThrow(RangeError);
  });
});

describe('estimate', () => {
  const draws = (seeds: number, problems: number) => drawResamples(seeds, problems, 200, Rng.fromSeed('draws'));

  it('has the mean, and by hand the width', () => {
    // One seed, problems 0, 0, 1, 1: variance 1/3, standard error sqrt(1/12), t with 3 degrees of freedom.
    const one = estimate([[0, 0, 1, 1]], draws(1, 4));
    expect(one.mean).toBe(0.5);
    expect(one.ci95![1] - one.ci95![0]).toBeCloseTo(2 * 3.18245 * Math.sqrt(1 / 12), 4);
    // Two seeds that differ by 0.2 on every problem; nothing else varies: var(seed means) = 0.02, over 2 seeds 0.01, t with 1.
    const two = estimate(
      [
        [0.4, 0.4, 0.4],
        [0.6, 0.6, 0.6],
      ],
      draws(2, 3),
    );
    expect(two.mean).toBeCloseTo(0.5, 12);
    expect(two.ci95![1] - two.ci95![0]).toBeCloseTo(2 * 12.7062 * 0.1, 3);
  });

  it('counts the noise of single cells once', () => {
    // Seed means and problem means are all 0.5: what varies are the cells, (4 x 0.25 / 1) / 4 = 0.25, with one degree of freedom.
    const { ci95 } = estimate(
      [
        [0, 1],
        [1, 0],
      ],
      draws(2, 2),
    );
    expect(ci95![1] - ci95![0]).toBeCloseTo(2 * 12.7062 * 0.5, 2);
  });

  it('is a point where nothing varies, has no interval with one problem, and keeps to the range', () => {
    expect(estimate([[1, 1, 1]], draws(1, 3))).toEqual({ mean: 1, ci95: [1, 1] });
    expect(estimate([[0.3], [0.5]], draws(2, 1))).toEqual({ mean: 0.4, ci95: null });
    const [low, high] = estimate([[0, 0, 0, 1]], draws(1, 4), [0, 1]).ci95!;
    expect([low >= 0, high <= 1]).toEqual([true, true]);
    expect(() => estimate([], draws(1, 1))).toThrow(RangeError);
    expect(() => estimate([[Number.NaN, 1]], draws(1, 2))).toThrow(/average/);
  });

  it('leans to the side that the values lean to', () => {
    const { mean, ci95 } = estimate([[0, 0, 0, 0, 0, 0, 0, 0, 0, 1]], drawResamples(1, 10, 2000, Rng.fromSeed('lean')));
    expect(ci95![1] - mean).toBeGreaterThan(1.3 * (mean - ci95![0]));
  });

  it('is the same for the same draws, and paired differences are narrower than single ones', () => {
    const rng = Rng.fromSeed('paired');
    const base = Array.from({ length: 40 }, () => rng.next());
    const rows = (shift: number) => [0, 1, 2].map(() => base.map((b) => b + shift + 0.02 * rng.normal()));
    const [a, b] = [rows(0.1), rows(0)];
    const resamples = drawResamples(3, 40, 500, Rng.fromSeed('r'));
    const difference = a.map((row, s) => row.map((value, p) => value - b[s]![p]!));
    const width = (values: number[][]) => {
      const [low, high] = estimate(values, resamples).ci95!;
      return high - low;
    };
    expect(width(difference)).toBeLessThan(width(a) / 5);
    expect(estimate(a, resamples)).toEqual(estimate(a, drawResamples(3, 40, 500, Rng.fromSeed('r'))));
  });
});

/** Share of simulated experiments whose interval holds the truth. Right answers by a logistic model with effects of seed and problem. */
function coverage(kind: {
  seeds: number;
  problems: number;
  ofSeeds: number;
  ofProblems: number;
  paired: boolean;
}): number {
  const { seeds, problems, ofSeeds, ofProblems, paired } = kind;
  const rng = Rng.fromSeed(`coverage/${JSON.stringify(kind)}`);
  const right = (effect: number) => 1 / (1 + Math.exp(0.5 - effect));
  const population = rng.fork('population');
  const truth = paired
    ? 0
    : meanOf(
        Array.from({ length: 40_000 }, () => right(ofSeeds * population.normal() + ofProblems * population.normal())),
      );
  const simulations = 400;
  let covered = 0;
  for (let i = 0; i < simulations; i++) {
    const own = rng.fork(i);
    const problemEffects = Array.from({ length: problems }, () => ofProblems * own.normal());
    const arm = () =>
      Array.from({ length: seeds }, () => {
        const seedEffect = ofSeeds * own.normal();
        return problemEffects.map((effect) => {
          const p = right(seedEffect + effect);
          return meanOf(Array.from({ length: 8 }, () => (own.next() < p ? 1 : 0)));
        });
      });
    const [a, b] = [arm(), paired ? arm() : undefined];
    const values = b ? a.map((row, s) => row.map((value, p) => value - b[s]![p]!)) : a;
    const [low, high] = estimate(values, drawResamples(seeds, problems, 60, own)).ci95!;
    if (low <= truth && truth <= high) covered++;
  }
  return covered / simulations;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

describe('coverage', () => {
  it.each([
    { seeds: 1, problems: 40, ofSeeds: 0, ofProblems: 1.5, paired: false },
    { seeds: 1, problems: 40, ofSeeds: 0, ofProblems: 1.5, paired: true },
    { seeds: 2, problems: 40, ofSeeds: 0.3, ofProblems: 1.5, paired: false },
    { seeds: 3, problems: 40, ofSeeds: 0, ofProblems: 1.5, paired: false },
    { seeds: 3, problems: 40, ofSeeds: 0.5, ofProblems: 1, paired: false },
    { seeds: 3, problems: 40, ofSeeds: 0.5, ofProblems: 1, paired: true },
    { seeds: 3, problems: 40, ofSeeds: 0, ofProblems: 1.5, paired: true },
    { seeds: 5, problems: 40, ofSeeds: 1, ofProblems: 1, paired: false },
    { seeds: 5, problems: 40, ofSeeds: 0.5, ofProblems: 1.5, paired: true },
  ])('of a 95 % interval is between 90 and 99 %: %j', (kind) => {
    const share = coverage(kind);
    expect(share).toBeGreaterThanOrEqual(0.9);
    expect(share).toBeLessThanOrEqual(0.99);
  });
});
