import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { curvesOf } from './curves.js';
import { ProblemDraws } from './draws.js';
import { passAtK, passCurve } from './estimators.js';
import type { EvalRecord, JudgedSample } from './records.js';

const samplesOf = (c: number, n: number): JudgedSample[] =>
  Array.from({ length: n }, (_, i) => ({
    verdict: { outcome: i < c ? 'match' : 'mismatch', rule: 'r', extracted: i < c ? '7' : '8' },
    reward: Number(i < c),
  }));
const record = (problemId: string, c: number, n: number, failures = 0): EvalRecord => ({
  key: '',
  problemId,
  split: 's',
  traceIds: [],
  promptTokens: 1,
  samples: [
    ...samplesOf(c, n).map((sample) => ({ text: '', tokens: 1, stopReason: 'stop' as const, ...sample })),
    ...Array.from({ length: failures }, () => ({
      text: '',
      tokens: 1,
      stopReason: 'stop' as const,
      verdict: { outcome: 'error' as const, rule: 'r', reason: 'boom' },
      reward: null,
    })),
  ],
});

describe('passCurve', () => {
  test('by hand for every k: 2 right ones of 5', () => {
    // 1 - C(3, k) / C(5, k): 3/5, 3/10, 1/10, 0, 0.
    const expected = [2 / 5, 1 - 3 / 10, 1 - 1 / 10, 1, 1];
    expect([...passCurve(samplesOf(2, 5))]).toEqual(expected.map((x) => expect.closeTo(x, 12) as number));
  });

  test('thousands of samples, where binomials are far beyond a double', () => {
    const n = 4000;
    const curve = passCurve(samplesOf(1, n));
    // With one right sample of n the chance is k / n.
    for (const k of [1, 7, 2000, 4000]) expect(curve[k - 1]).toBeCloseTo(k / n, 10);
    expect(passAtK(samplesOf(3, n), n)).toBe(1);
    // Three of 4000: 1 - (2000 * 1999 * 1998) / (4000 * 3999 * 3998), the chance that a half has none.
    expect(passAtK(samplesOf(3, n), 2000)).toBeCloseTo(1 - (2000 * 1999 * 1998) / (4000 * 3999 * 3998), 10);
  });

  test('is without bias: the mean over draws of n is the chance of k fresh samples', () => {
    const rng = Rng.fromSeed('bias');
    const [p, n, rounds] = [0.2, 8, 4000];
    let sum = 0;
    for (let r = 0; r < rounds; r++) {
      const c = Array.from({ length: n }, () => Number(rng.next() < p)).reduce((a, b) => a + b, 0);
      sum += passAtK(samplesOf(c, n), 4)!;
    }
    expect(sum / rounds).toBeCloseTo(1 - (1 - p) ** 4, 1);
    expect(Math.abs(sum / rounds - (1 - (1 - p) ** 4))).toBeLessThan(0.02);
  });
});

describe('curvesOf', () => {
  const rng = Rng.fromSeed(1);
  const options = { draws: new ProblemDraws(['a', 'b', 'c'], { resamples: 200, rng }), rng };

  test('over problems; a problem with a failure takes part up to its judged samples', () => {
    const { passAt, majAt } = curvesOf([record('a', 2, 4), record('b', 0, 3, 1), record('c', 4, 4)], 's', options);
    // k = 2: 1 - C(2,2)/C(4,2) = 5/6, 0, 1; k = 4 without b: 1 and 1.
    expect(passAt.map(({ k, mean, n }) => [k, mean, n])).toEqual([
      [1, expect.closeTo((0.5 + 0 + 1) / 3, 12), 3],
      [2, expect.closeTo((5 / 6 + 0 + 1) / 3, 12), 3],
      [3, expect.closeTo((1 + 0 + 1) / 3, 12), 3],
      [4, 1, 2],
    ]);
    // a at k = 4: two against two, half.
    expect(majAt.at(-1)).toMatchObject({ k: 4, mean: 0.75, n: 2 });
    expect(curvesOf([record('a', 2, 4)], 'other', options)).toEqual({ passAt: [], majAt: [] });
  });

  test('no vote where no answer is named', () => {
    const nameless = record('a', 1, 2);
    for (const sample of nameless.samples) delete sample.verdict.extracted;
    expect(curvesOf([nameless], 's', options)).toMatchObject({ passAt: { length: 2 }, majAt: [] });
  });
});
