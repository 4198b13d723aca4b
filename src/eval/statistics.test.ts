import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { bootstrapMean, pairedDifference, quantile } from './bootstrap.js';
import { averageAtK, majAtK, passAtK } from './estimators.js';
import type { JudgedSample } from './records.js';

const right = (extracted = '7'): JudgedSample => ({ verdict: { outcome: 'match', rule: 'r', extracted }, reward: 1 });
const wrong = (extracted = '8'): JudgedSample => ({
  verdict: { outcome: 'mismatch', rule: 'r', extracted },
  reward: 0,
});
const silentOne: JudgedSample = { verdict: { outcome: 'no_answer', rule: 'no-box' }, reward: 0 };
const broken: JudgedSample = { verdict: { outcome: 'timeout', rule: 'r', reason: 'slow' }, reward: null };

describe('averageAtK', () => {
  test('leaves verifier failures out instead of counting them as zero', () => {
    expect(averageAtK([right(), wrong(), silentOne, right(), broken])).toBe(0.5);
    expect(averageAtK([broken])).toBeUndefined();
    expect(averageAtK([])).toBeUndefined();
  });
});

describe('passAtK', () => {
  test('by hand: 1 - C(n-c, k) / C(n, k)', () => {
    const two = [right(), right(), wrong(), wrong(), wrong()];
    expect(passAtK(two, 1)).toBeCloseTo(2 / 5);
    expect(passAtK(two, 2)).toBeCloseTo(1 - 3 / 10);
    expect(passAtK(two, 4)).toBe(1);
    expect(passAtK([wrong(), wrong()], 2)).toBe(0);
  });

  test('is the mean over all subsets of k samples', () => {
    const samples = [right(), wrong(), right(), wrong(), wrong(), right()];
    let [hits, subsets] = [0, 0];
    for (let a = 0; a < 6; a++)
      for (let b = a + 1; b < 6; b++)
        for (let c = b + 1; c < 6; c++) {
          subsets++;
          if ([a, b, c].some((i) => samples[i]!.reward === 1)) hits++;
        }
    expect(passAtK(samples, 3)).toBeCloseTo(hits / subsets);
  });

  test('needs k judged samples', () => {
    expect(passAtK([right(), broken], 2)).toBeUndefined();
    expect(passAtK([right()], 0)).toBeUndefined();
  });
});

describe('majAtK', () => {
  test('votes by value; silence does not vote', () => {
    expect(majAtK([right('7'), right('7.0'), wrong('8'), wrong('9')], 4)).toBe(1);
    expect(majAtK([right('7'), wrong('8'), wrong('8.0')], 3)).toBe(0);
    expect(majAtK([silentOne, silentOne, right()], 3)).toBe(1);
    expect(majAtK([silentOne, silentOne], 2)).toBe(0);
  });

  test('a tie counts the share of right answers in it', () => {
    expect(majAtK([right(), wrong()], 2)).toBe(0.5);
    expect(majAtK([right(), wrong()], 3)).toBeUndefined();
  });
});

describe('bootstrapMean', () => {
  test('covers the true mean of known distributions about 95 times in 100', () => {
    const rng = Rng.fromSeed('coverage');
    let covered = 0;
    const rounds = 300;
    for (let r = 0; r < rounds; r++) {
      const stream = rng.fork(r);
      const values = Array.from({ length: 60 }, () => (stream.next() < 0.3 ? 1 : 0));
      const { ci95 } = bootstrapMean(values, 400, stream);
      if (ci95[0] <= 0.3 && 0.3 <= ci95[1]) covered++;
    }
    expect(covered / rounds).toBeGreaterThan(0.9);
    expect(covered / rounds).toBeLessThan(0.99);
  });

  test('has the width of the normal approximation for many problems', () => {
    const rng = Rng.fromSeed(1);
    const values = Array.from({ length: 400 }, () => rng.normal());
    const { mean, ci95, n } = bootstrapMean(values, 4000, rng);
    const deviation = Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / n);
    expect((ci95[1] - ci95[0]) / 2).toBeCloseTo((1.96 * deviation) / Math.sqrt(n), 2);
  });

  test('is seeded, and certain where there is nothing to resample', () => {
    const values = [0, 1, 1, 0.5];
    expect(bootstrapMean(values, 200, Rng.fromSeed(2))).toEqual(bootstrapMean(values, 200, Rng.fromSeed(2)));
    expect(bootstrapMean([0.25], 200, Rng.fromSeed(2))).toEqual({ mean: 0.25, ci95: [0.25, 0.25], n: 1 });
    expect(() => bootstrapMean([], 200, Rng.fromSeed(2))).toThrow(RangeError);
  });
});

describe('pairedDifference', () => {
  test('pairs by problem and leaves unpaired ones out', () => {
    const a = new Map([
      ['x', 1],
      ['y', 0.5],
      ['z', 1],
    ]);
    const b = new Map([
      ['x', 0.5],
      ['y', 0],
      ['w', 0],
    ]);
    expect(pairedDifference(a, b, 200, Rng.fromSeed(1))).toEqual({ mean: 0.5, ci95: [0.5, 0.5], n: 2 });
    expect(pairedDifference(a, new Map(), 200, Rng.fromSeed(1))).toBeUndefined();
  });

  test('is narrower than the intervals of the arms where problems differ in difficulty', () => {
    const rng = Rng.fromSeed(4);
    const easy = Array.from({ length: 100 }, () => rng.next());
    const a = new Map(easy.map((e, i) => [`${i}`, Math.min(1, e + 0.1)]));
    const b = new Map(easy.map((e, i) => [`${i}`, e]));
    const width = ([low, high]: [number, number]) => high - low;
    const paired = pairedDifference(a, b, 500, rng)!;
    expect(width(paired.ci95)).toBeLessThan(0.3 * width(bootstrapMean([...a.values()], 500, rng).ci95));
  });
});

test('quantile interpolates between ranks', () => {
  expect([0, 0.5, 0.25, 1].map((q) => quantile([1, 2, 4], q))).toEqual([1, 2, 1.5, 4]);
});
