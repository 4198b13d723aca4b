import { describe, expect, it } from 'vitest';
import { Rng } from '../../src/core/index.js';
import { drawLengths } from './lengths.js';
import { sampleGroups, type Samplers } from './sampler.js';

const one: Samplers = { servers: 1, slots: 100, fixedSeconds: 2, perSequenceSeconds: 0.5 };

describe('sampleGroups', () => {
  it('takes length x (fixed + sequences x each) where all are equally long', () => {
    const lengths = Array.from({ length: 3 }, () => [10, 10]);
    expect(sampleGroups(lengths, one)).toEqual({
      groupEnds_N: [50, 50, 50],
      seconds: 10 * (2 + 6 * 0.5),
      idle: 0,
      thin: 0,
    });
  });

  it('goes faster as sequences end, by hand', () => {
    // 4 steps of three (3.5 s), 2 of two (3 s), 4 of one (2.5 s).
    const { groupEnds_N, seconds, thin } = sampleGroups([[4, 6], [10]], one);
    expect(groupEnds_N).toEqual([14 + 6, 14 + 6 + 10]);
    expect(seconds).toBe(30);
    expect(thin).toBeCloseTo(6 / 3 + (10 * 2) / 3, 9);
  });

  it('lets those wait who find no slot, the first come first', () => {
    // Two slots: 4 and 6 run; at step 4 the 3 begins, and 6 ends at step 6; it ends at step 7.
    const { groupEnds_N } = sampleGroups([[4], [6], [3]], { ...one, slots: 2 });
    expect(groupEnds_N).toEqual([12, 18, 20.5]);
  });

  it('deals groups out in turns, and counts who has nothing left to do', () => {
    const { groupEnds_N, seconds, idle } = sampleGroups([[10], [2]], { ...one, servers: 3 });
    expect(groupEnds_N).toEqual([25, 5]);
    expect({ seconds, idle }).toEqual({ seconds: 25, idle: 20 + 25 });
  });

  it('has nothing to do with nothing', () => {
    expect(sampleGroups([], one)).toEqual({ groupEnds_N: [], seconds: 0, idle: 0, thin: 0 });
  });

  it('ends with the longest: mean times the harmonic number, for exponential lengths and steps that take no longer for more', () => {
    const rng = Rng.fromSeed('longest');
    const [mean, n, rounds] = [10_000, 32, 2000];
    let total = 0;
    for (let i = 0; i < rounds; i++) {
      const lengths = Array.from({ length: n }, () => [Math.max(1, Math.round(-mean * Math.log(1 - rng.next())))]);
      total += sampleGroups(lengths, { ...one, perSequenceSeconds: 0, fixedSeconds: 1 }).seconds;
    }
    const harmonic = Array.from({ length: n }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b, 0);
    // The deviation of the mean of 2000 maxima is about 0.7 % of it.
    expect(total / rounds / (mean * harmonic)).toBeCloseTo(1, 1);
    expect(Math.abs(total / rounds / (mean * harmonic) - 1)).toBeLessThan(0.025);
  });
});

describe('drawLengths', () => {
  it('has the median and the spread that were asked for, and cuts', () => {
    const lengths_NG = drawLengths(
      Rng.fromSeed('lengths'),
      { groups: 2000, groupSize: 8 },
      { median: 800, sigma: 0.9, max: 3000 },
    );
    const all = lengths_NG.flat().toSorted((a, b) => a - b);
    const logs = all.filter((x) => x < 3000).map((x) => Math.log(x / 800));
    expect(all[all.length >> 1]! / 800).toBeCloseTo(1, 1);
    expect(all.at(-1)).toBe(3000);
    // P(longer than 3000) = P(z > ln(3.75) / 0.9 = 1.469) = 0.071.
    expect(Math.abs(1 - logs.length / all.length - 0.071)).toBeLessThan(0.015);
  });
});
