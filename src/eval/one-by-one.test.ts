import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { ProblemDraws } from './draws.js';
import { oneByOne, rankedId } from './one-by-one.js';
import type { EvalRecord } from './records.js';

/** A record of samples written as rewards: 1 right, 0 wrong, null without a verdict. */
function record(problemId: string, rank: number, rewards: readonly (number | null)[], split = 'test'): EvalRecord {
  return {
    key: '',
    problemId: rankedId(problemId, rank),
    split,
    traceIds: [`t${rank}`],
    promptTokens: 1,
    samples: rewards.map((reward) => ({
      text: '',
      tokens: 1,
      stopReason: 'stop',
      verdict: { outcome: reward === 1 ? 'match' : reward === 0 ? 'mismatch' : 'error', rule: 'x' },
      reward,
    })),
  };
}

const figures = (records: readonly EvalRecord[], m: number, k: number) => {
  const rng = Rng.fromSeed(1);
  const ids = records.map(({ problemId }) => (JSON.parse(problemId) as [string, number])[0]);
  return oneByOne(records, 'test', { m, k, draws: new ProblemDraws(ids, { resamples: 100, rng }), rng });
};

describe('oneByOne', () => {
  it('is what one reckons by hand', () => {
    // a: averages 1, 0; b: averages 0, 0.5; c: averages 0, 0.
    const found = figures(
      [
        record('a', 1, [1, 1]),
        record('a', 2, [0, 0]),
        record('b', 1, [0, 0]),
        record('b', 2, [0, 1]),
        record('c', 1, [0, 0]),
        record('c', 2, [0, 0]),
        record('other', 1, [1, 1], 'another'),
      ],
      2,
      2,
    );
    expect(found).toMatchObject({ k: 2, n: 3, leftOut: 0 });
    expect(found?.ranks.map(({ average }) => average)).toEqual([1 / 3, 0.5 / 3]);
    expect(found?.ranks.map(({ solved }) => solved)).toEqual([1 / 3, 1 / 3]);
    expect(found?.best).toBeCloseTo(1.5 / 3);
    expect(found?.worst).toBe(0);
    expect(found?.spread.mean).toBeCloseTo(1.5 / 3);
    expect(found?.together).toBeCloseTo(2 / 3);
    expect(found?.beyond.mean).toBeCloseTo(1 / 3);
    expect(found?.byChoice.mean).toBeCloseTo(0.5 / 3);
  });

  it('says what luck alone would give: all of it for one sample a trace, none where traces decide everything', () => {
    // One right of two single samples: dealt at random, one trace has it all the same.
    const lucky = figures([record('a', 1, [1]), record('a', 2, [0])], 2, 1);
    expect(lucky?.spread).toMatchObject({ mean: 1, byChance: 1 });
    // 8 right with one trace and 8 wrong with the other: the spread by chance is that of two draws of 8 out of 16.
    const rights = Array.from({ length: 8 }, () => 1);
    const wrongs = rights.map(() => 0);
    const problems = Array.from({ length: 20 }, (_, i) => `p${i}`);
    const decided = figures(
      problems.flatMap((id) => [record(id, 1, rights), record(id, 2, wrongs)]),
      2,
      8,
    );
    expect(decided?.spread.mean).toBe(1);
    expect(decided?.spread.byChance).toBeGreaterThan(0.1);
    expect(decided?.spread.byChance).toBeLessThan(0.3);
    // All are solved by either rank when the samples are mixed, so nothing is beyond one rank by chance.
    expect(decided?.beyond).toEqual({ mean: 0, byChance: expect.closeTo(0, 1) });
  });

  it('leaves out and counts problems with fewer traces or without k verdicts; nothing is counted as wrong', () => {
    const whole = [record('a', 1, [1, 0]), record('a', 2, [1, 1])];
    const found = figures([...whole, record('b', 1, [0, 0]), record('c', 1, [0, 0]), record('c', 2, [0, null])], 2, 2);
    expect(found).toMatchObject({ n: 1, leftOut: 2, best: 1, worst: 0.5 });
    expect(figures([record('b', 1, [0, 0])], 2, 2)).toBeUndefined();
    expect(figures([], 2, 2)).toBeUndefined();
  });

  it('is the same with the same seed', () => {
    const records = [record('a', 1, [1, 0]), record('a', 2, [0, 0]), record('b', 1, [1, 0]), record('b', 2, [1, 1])];
    expect(figures(records, 2, 2)).toEqual(figures(records, 2, 2));
  });
});
