import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { gainAgainstSuccess, type ProblemSuccess } from './gain-success.js';

const problem = (
  problemId: string,
  pairs: [gain: number, success: number][],
  withoutTrace?: number,
): ProblemSuccess => ({
  problemId,
  withoutTrace,
  points: pairs.map(([gain, success]) => ({ gain, success })),
});
const relate = (problems: ProblemSuccess[]) =>
  gainAgainstSuccess(problems, { resamples: 1000, rng: Rng.fromSeed('success') });

// Around its means a has gains 1, -1 and successes 0.5, -0.5; b has gains 2, 0, -2 and no difference in success.
const a = problem('a', [[101, 1], [99, 0]], 0.25); // prettier-ignore
const b = problem('b', [[2, 0.5], [0, 0.5], [-2, 0.5]]); // prettier-ignore

describe('gainAgainstSuccess', () => {
  test('by hand: pooled within problems, whatever their levels', () => {
    // products 1; squares of gains 2 + 8; squares of successes 0.5 + 0
    expect(relate([a, b])).toMatchObject({ problems: 2, traces: 5, varying: 1 });
    expect(relate([a, b]).correlation).toBeCloseTo(1 / Math.sqrt(10 * 0.5), 12);
    expect(relate([a]).correlation).toBeCloseTo(1, 12);
    expect(relate([problem('c', [[0, 1], [5, 0]])]).correlation).toBeCloseTo(-1, 12); // prettier-ignore
  });

  test('resamples problems: a alone correlates by 1, a with b by 0.447, b alone not at all', () => {
    const [low, high] = relate([a, b]).correlationCi95 as [number, number];
    expect(low).toBeCloseTo(1 / Math.sqrt(5), 12);
    expect(high).toBeCloseTo(1, 12);
    expect(relate([a]).correlationCi95).toBeNull();
  });

  test('success without a trace, with the best, the mean and the worst', () => {
    const { success, bestMinusMean } = relate([a, b]);
    expect(success.withoutTrace).toMatchObject({ mean: 0.25, n: 1 });
    expect(success.bestByGain).toMatchObject({ mean: 0.75, n: 2 });
    expect(success.meanOfTraces).toMatchObject({ mean: 0.5, n: 2 });
    expect(success.worstByGain).toMatchObject({ mean: 0.25, n: 2 });
    expect(bestMinusMean).toMatchObject({ mean: 0.25, n: 2 });
  });

  test('says nothing where nothing differs, and leaves out problems with a single trace', () => {
    expect(relate([b])).toMatchObject({ correlation: null, correlationCi95: null, varying: 0 });
    const thirds = problem('d', [[1, 1 / 3], [2, 1 / 3], [4, 1 / 3]]); // prettier-ignore
    expect(relate([thirds, thirds])).toMatchObject({ correlation: null, varying: 0 });
    expect(relate([problem('e', [[1, 1]], 1)])).toMatchObject({
      problems: 0,
      traces: 0,
      correlation: null,
      success: { withoutTrace: null, bestByGain: null },
      bestMinusMean: null,
    });
  });
});
