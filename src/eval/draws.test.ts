import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { defaultSplit } from '../data/index.js';
import { drawsBySplit, ProblemDraws, summaryDraws } from './draws.js';

const ids = Array.from({ length: 60 }, (_, i) => `p${i}`);
const draws = (of: readonly string[] = ids, resamples = 400, seed = 1) =>
  new ProblemDraws(of, { resamples, rng: Rng.fromSeed(seed) });
const valuesOf = (of: readonly string[], value: (i: number) => number) => new Map(of.map((id, i) => [id, value(i)]));

describe('ProblemDraws', () => {
  test('covers the true mean of known distributions about 95 times in 100', () => {
    const rng = Rng.fromSeed('coverage');
    const rounds = 300;
    let covered = 0;
    for (let r = 0; r < rounds; r++) {
      const stream = rng.fork(r);
      const { ci95 } = draws(ids, 400, r).mean(valuesOf(ids, () => (stream.next() < 0.3 ? 1 : 0)));
      if (ci95[0] <= 0.3 && 0.3 <= ci95[1]) covered++;
    }
    expect(covered / rounds).toBeGreaterThan(0.9);
    expect(covered / rounds).toBeLessThan(0.99);
  });

  test('the same figure has the same interval: of a mean, a curve, and in whatever order the problems come', () => {
    const shared = draws();
    const rng = Rng.fromSeed(3);
    const values = valuesOf(ids, () => rng.next());
    const alone = shared.mean(values);
    const [first, second] = shared.curve(new Map([...values].map(([id, value]) => [id, [value, 1]])));
    expect({ mean: first!.mean, ci95: first!.ci95, n: first!.n }).toEqual(alone);
    expect(second).toEqual({ k: 2, mean: 1, ci95: [1, 1], n: 60 });
    const turned = draws(ids.toReversed()).mean(new Map([...values].toReversed()));
    expect(turned.ci95).toEqual(alone.ci95.map((end) => expect.closeTo(end, 12) as number));
  });

  test('differences belong to the draws of their parts: of a constant difference nothing is left', () => {
    const shared = draws();
    const rng = Rng.fromSeed(3);
    const a = valuesOf(ids, () => rng.next());
    const above = shared.mean(new Map([...a].map(([id, value]) => [id, value + 0.25]))).ci95;
    expect(above).toEqual(shared.mean(a).ci95.map((end) => expect.closeTo(end + 0.25, 12) as number));
  });

  test('of some of the problems a resample is what it holds of them', () => {
    const half = ids.slice(0, 30);
    const { mean, ci95, n } = draws(ids, 4000).mean(valuesOf(half, (i) => i % 2));
    expect([mean, n]).toEqual([0.5, 30]);
    // A share of 1/2 over 30 problems: 1.96 * 0.5 / sqrt(30) = 0.179.
    expect((ci95[1] - ci95[0]) / 2).toBeCloseTo(0.179, 1);
    expect(draws().mean(new Map([['p7', 0.25]]))).toEqual({ mean: 0.25, ci95: [0.25, 0.25], n: 1 });
  });

  test('curves that end early leave the later points', () => {
    const points = draws(['a', 'b', 'c'], 2000).curve(
      new Map([
        ['a', [0, 1, 1]],
        ['b', [1, 1]],
        ['c', [0, 0, 0.5]],
      ]),
    );
    expect(points.map(({ k, mean, n }) => [k, mean, n])).toEqual([
      [1, 1 / 3, 3],
      [2, 2 / 3, 3],
      [3, 0.75, 2],
    ]);
    expect(points[2]!.ci95).toEqual([0.5, 1]);
    expect(draws(['a']).curve(new Map())).toEqual([]);
    expect(draws(['a']).curve(new Map([['a', []]]))).toEqual([]);
  });

  test('refuses what it cannot average', () => {
    expect(() => draws().mean(new Map())).toThrow(RangeError);
    expect(() => draws().mean(new Map([['other', 1]]))).toThrow('problem other');
    expect(() => draws().mean(new Map([['p1', Number.NaN]]))).toThrow(expect.objectContaining({ code: 'not-finite' }));
  });
});

test('a split is drawn from once, from the problems of all its evaluations', () => {
  const line = (problemId: string, split: string) => ({ problemId, split });
  const make = (lists: Parameters<typeof drawsBySplit>[0]) =>
    summaryDraws([], lists, { seed: 5, eval: { bootstrapSamples: 300 } }).drawsOf;
  const all = ids.map((id) => line(id, 'seen'));
  const drawsOf = make([all.slice(0, 20), all, [line('u', 'unseen')]]);
  const values = valuesOf(ids, (i) => i % 3);
  expect(drawsOf('seen')).toBe(drawsOf('seen'));
  expect(drawsOf('seen').mean(values)).toEqual(make([all])('seen').mean(values));
  expect(drawsOf('unseen').mean(new Map([['u', 1]])).n).toBe(1);
});

test('draws of a run are those of all its test problems, whichever evaluations are looked at', () => {
  const settings = { seed: 5, eval: { bootstrapSamples: 300 } };
  const problems = ids.map((id) => ({ id, split: 'seen' }));
  const records = problems.map(({ id, split }) => ({ problemId: id, split }));
  const part = valuesOf(ids.slice(0, 12), (i) => i % 3);
  const meanOf = (...of: Parameters<typeof summaryDraws>) =>
    summaryDraws(...of)
      .drawsOf('seen')
      .mean(part);
  const whole = meanOf(problems, [records], settings);
  expect(meanOf(problems, [records.slice(0, 12)], settings)).toEqual(whole);
  expect(meanOf(problems.toReversed(), [], settings)).toEqual(whole);
  expect(meanOf([], [records], settings)).toEqual(whole);
  expect(meanOf([], [records.slice(0, 12)], settings).ci95).not.toEqual(whole.ci95);
  // Data sets without splits have one.
  const { drawsOf } = summaryDraws([{ id: 'a' }], [], settings);
  expect(drawsOf(defaultSplit).mean(new Map([['a', 1]])).n).toBe(1);
});
