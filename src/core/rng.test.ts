import { describe, expect, it } from 'vitest';
import { Rng } from './rng.js';

const draw = (rng: Rng, n: number) => Array.from({ length: n }, () => rng.nextUint32());

describe('Rng', () => {
  it('is xoshiro128**, step by step by hand', () => {
    // State 1,2,3,4. Output rotl(s1 * 5, 7) * 9: rotl(10, 7) = 1280, times 9 = 11520.
    // Then s2 = 3^1 = 2, s3 = 4^2 = 6, s1 = 2^2 = 0, s0 = 1^6 = 7, s2 ^= 2 << 9 -> 1026, s3 = rotl(6, 11) = 12288.
    // Second: s1 = 0 -> 0; state becomes 12295, 1029, 1029, 12288 << 11 = 25165824.
    // Third: 1029 * 5 = 5145, << 7 = 658560, times 9 = 5927040.
    const rng = Rng.fromState([1, 2, 3, 4]);
    expect(draw(rng, 2)).toEqual([11520, 0]);
    expect(rng.getState()).toEqual([12295, 1029, 1029, 25165824]);
    expect(draw(rng, 1)).toEqual([5927040]);
  });

  it('gives equal streams for equal seeds only; a number and its text are two seeds', () => {
    const stream = (seed: number | string) => draw(Rng.fromSeed(seed), 4).join();
    expect(stream(7)).toBe(stream(7));
    expect(new Set([stream(7), stream(8), stream('7')]).size).toBe(3);
  });

  it('goes on from a saved state, through JSON', () => {
    const rng = Rng.fromSeed('state');
    draw(rng, 5);
    const copy = Rng.fromState(JSON.parse(JSON.stringify(rng.getState())) as ReturnType<Rng['getState']>);
    expect(draw(copy, 8)).toEqual(draw(rng, 8));
  });

  it("forks by label without moving the parent, and the parent's later draws do not move the fork", () => {
    const [a, b] = [Rng.fromSeed(1), Rng.fromSeed(1)];
    const early = a.fork('rollouts');
    expect(draw(a, 4)).toEqual(draw(b, 4));
    const fork = Rng.fromSeed(1).fork('rollouts');
    expect(draw(early, 4)).toEqual(draw(fork, 4));
    expect(draw(Rng.fromSeed(1).fork('eval'), 4)).not.toEqual(draw(Rng.fromSeed(1).fork('rollouts'), 4));
    expect(draw(Rng.fromSeed(1).fork(3), 4)).not.toEqual(draw(Rng.fromSeed(1).fork('3'), 4));
  });

  it('keeps forks uncorrelated with each other and with their parent', () => {
    const parent = Rng.fromSeed(5);
    const streams = [parent.fork('a'), parent.fork('b'), parent].map((rng) =>
      Array.from({ length: 20_000 }, () => rng.next() - 0.5),
    );
    const correlation = (x: number[], y: number[]) => (x.reduce((sum, v, i) => sum + v * y[i]!, 0) / x.length) * 12;
    // Standard error 0.007.
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      expect(Math.abs(correlation(streams[i]!, streams[j]!))).toBeLessThan(0.03);
  });

  it('is uniform in [0, 1), never 1 even as float32', () => {
    const rng = Rng.fromSeed('uniform');
    const bins = Array.from({ length: 16 }, () => 0);
    let exact = true;
    for (let i = 0; i < 160_000; i++) {
      const x = rng.next();
      exact &&= Math.fround(x) === x;
      bins[Math.floor(x * 16)]!++;
    }
    expect(exact).toBe(true);
    const chi2 = bins.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    expect(chi2).toBeLessThan(37.7); // 99.9 % point of chi-squared with 15 degrees of freedom
    expect(0xffffffff >>> 8).toBe(0x1000000 - 1); // the largest draw stays below 1
  });

  it('draws integers without modulo bias and refuses ranges it cannot serve', () => {
    const rng = Rng.fromSeed('int');
    const n = 3 * 2 ** 30; // plain modulo would give the lowest third twice the weight of the others
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (rng.int(n) < 2 ** 30) low++;
    expect(low / 30_000).toBeGreaterThan(0.32);
    expect(low / 30_000).toBeLessThan(0.347);
    for (const bad of [0, -1, 1.5, 2 ** 32, Number.NaN]) expect(() => rng.int(bad)).toThrow(RangeError);
    expect(rng.int(1)).toBe(0);
  });

  it('draws normals with mean 0 and variance 1', () => {
    const rng = Rng.fromSeed('normal');
    const xs = Array.from({ length: 40_000 }, () => rng.normal());
    const mean = xs.reduce((a, b) => a + b) / xs.length;
    const variance = xs.reduce((a, b) => a + b * b, 0) / xs.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(xs.every(Number.isFinite)).toBe(true);
  });

  it('shuffles every item once, all orders equally often, and leaves the input alone', () => {
    const rng = Rng.fromSeed('shuffle');
    const items = Object.freeze(['a', 'b', 'c']);
    const seen = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = rng.shuffle(items).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect([...seen.keys()].toSorted()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    for (const n of seen.values()) expect(Math.abs(n - 2000)).toBeLessThan(180); // 4 standard errors
  });

  it('samples distinct items, all of them where there are fewer', () => {
    const rng = Rng.fromSeed('sample');
    expect(new Set(rng.sample([1, 2, 3, 4, 5], 3)).size).toBe(3);
    expect(new Set(rng.sample([1, 2], 9))).toEqual(new Set([1, 2]));
    expect(rng.sample([], 2)).toEqual([]);
    expect(rng.pick(['only'])).toBe('only');
    expect(() => rng.pick([])).toThrow(RangeError);
  });
});
