import { describe, expect, test } from 'vitest';
import type { Trace } from '../data/index.js';
import { decideLabels, type Baseline, type Measured } from './decide.js';
import { areaUnderCurve, gradeLabels } from './grade.js';
import type { Label } from './types.js';

const problem = { id: 'p', question: 'Q', answer: '1', solution: 'S' };
const traces = ['a', 'b', 'c', 'd'].map((id): Trace => ({ id, question: id, trace: id, answer: '0' }));
const scores = (...values: (number | null)[]): Measured[] =>
  values.map((value, i) => ({
    key: `k${i}`,
    traceId: traces[i]!.id,
    value,
    ...(value === null ? { failed: 'no' } : {}),
  }));
const decide = (values: (number | null)[], topPositives: number) =>
  decideLabels([{ query: { problem, candidates: traces }, scores: scores(...values) }], {
    measure: 'solution',
    topPositives,
    baseline: 'query',
  });

describe('decideLabels', () => {
  test('by hand: mean -5, gains 1, -1, 2, -2; the best two above 0 are relevant', () => {
    expect(decide([-4, -6, -3, -7], 2)).toMatchObject([
      { traceId: 'a', score: 1, relevant: true },
      { traceId: 'b', score: -1, relevant: false },
      { traceId: 'c', score: 2, relevant: true },
      { traceId: 'd', score: -2, relevant: false },
    ]);
  });

  test('only gains above 0 are positives, and equal scores have none', () => {
    expect(decide([-4, -6, -3, -7], 4).filter((l) => 'relevant' in l && l.relevant)).toHaveLength(2);
    expect(decide([-4, -4, -4, -4], 2).filter((l) => 'relevant' in l && l.relevant)).toHaveLength(0);
  });

  test('minGain keeps small gains out: of 1 and 2 only 2 exceeds 1', () => {
    const labels = decideLabels([{ query: { problem, candidates: traces }, scores: scores(-4, -6, -3, -7) }], {
      measure: 'solution',
      topPositives: 2,
      baseline: 'query',
      minGain: 1,
    });
    expect(labels.filter((l) => 'relevant' in l && l.relevant)).toMatchObject([{ traceId: 'c' }]);
  });

  test('ties go to the smaller id', () => {
    expect(decide([-9, -2, -2, -9], 1).filter((l) => 'relevant' in l && l.relevant)).toMatchObject([{ traceId: 'b' }]);
  });

  test('failures stay failures, and one score alone is no comparison', () => {
    expect(decide([-4, null, -6, null], 1)).toMatchObject([
      { score: 1 },
      { failed: 'no' },
      { score: -1 },
      { failed: 'no' },
    ]);
    expect(decide([-4, null, null, null], 1).every((l) => 'failed' in l)).toBe(true);
  });

  test('keys depend on all scores of the query and on the number of positives', () => {
    const keys = (values: number[], top: number) => decide(values, top).map((l) => l.key);
    expect(new Set(keys([-4, -6, -3, -7], 2)).size).toBe(4);
    expect(keys([-4, -6, -3, -7], 2)).toEqual(keys([-4, -6, -3, -7], 2));
    expect(keys([-4, -6, -3, -8], 2)[0]).not.toBe(keys([-4, -6, -3, -7], 2)[0]);
    expect(keys([-4, -6, -3, -7], 3)[0]).not.toBe(keys([-4, -6, -3, -7], 2)[0]);
  });
});

describe('baselines', () => {
  // Trace a helps every query by 3 nats; beside that, b is what p needs and c what q needs.
  const both = (baseline: Baseline) => {
    const query = (id: string, values: number[]) => ({
      query: { problem: { ...problem, id }, candidates: traces },
      scores: scores(...values).map((s) => ({ ...s, problemId: id })),
    });
    const labels = decideLabels([query('p', [-2, -3, -5, -5]), query('q', [-2, -5, -3, -5])], {
      measure: 'solution',
      topPositives: 1,
      baseline,
    });
    return labels.filter((l) => 'relevant' in l && l.relevant);
  };

  test('against the query alone, a trace that helps everyone wins everywhere', () => {
    expect(both('query')).toMatchObject([
      { problemId: 'p', traceId: 'a', score: 1.75 },
      { problemId: 'q', traceId: 'a', score: 1.75 },
    ]);
  });

  test('against query and trace, what this trace does for this query is left, by hand', () => {
    // Gains of p: 1.75 .75 -1.25 -1.25; of eight queries like q: 1.75 -1.25 .75 -1.25.
    // Merit for p: a 8 x 1.75 / (8 + 4) = 1.1667, b -8 x 1.25 / 12 = -.8333; left: a .5833, b 1.5833.
    const like = (id: string, ...values: number[]) => ({
      query: { problem: { ...problem, id }, candidates: traces },
      scores: scores(...values).map((score) => ({ ...score, problemId: id })),
    });
    const queries = [like('p', -3, -4, -6, -6), ...Array.from({ length: 8 }, (_, i) => like(`q${i}`, -3, -6, -4, -6))];
    const labels = decideLabels(queries, { measure: 'solution', topPositives: 1, baseline: 'query-and-trace' });
    expect(labels.slice(0, 4)).toMatchObject([
      { traceId: 'a', score: 0.583333, relevant: false },
      { traceId: 'b', score: 1.583333, relevant: true },
      { traceId: 'c', score: -1.75, relevant: false },
      { traceId: 'd', score: -0.416667, relevant: false },
    ]);
  });

  test('a trace judged for one query has no merit for others: its gain stays its own', () => {
    const alone = { query: { problem, candidates: traces }, scores: scores(-4, -6, -3, -7) };
    const gains = (baseline: Baseline) =>
      decideLabels([alone], { measure: 'solution', topPositives: 1, baseline }).map((l) =>
        'score' in l ? l.score : undefined,
      );
    expect(gains('query-and-trace')).toEqual(gains('query'));
  });
});

describe('areaUnderCurve', () => {
  test('by hand: 3 of the 4 pairs in order, one tie', () => {
    expect(areaUnderCurve([3, 1], [0, 1])).toBe((1 + 1 + 1 + 0.5) / 4);
    expect(areaUnderCurve([2, 2], [2, 2, 2])).toBe(0.5);
    expect(areaUnderCurve([0], [1])).toBe(0);
    expect(areaUnderCurve([], [1])).toBeNull();
  });
});

describe('gradeLabels', () => {
  const label = (problemId: string, traceId: string, relevant: boolean, score: number): Label => ({
    problemId,
    traceId,
    relevant,
    score,
    judge: 'utility',
    key: `${problemId}${traceId}`,
  });
  test('by hand', () => {
    const labels: Label[] = [
      label('p1', 'x1', true, 2), // same, found
      label('p1', 'x2', true, 1), // other, wrongly positive
      label('p1', 'x3', false, 0.5), // same, missed
      label('p2', 'x2', false, -1), // other
      { problemId: 'p2', traceId: 'x1', judge: 'utility', key: 'f', failed: 'too long' },
      label('p3', 'x1', true, 1), // no truth: not graded
    ];
    const truths: Record<string, string> = { p1: 'A', p2: 'A', x1: 'A', x2: 'B', x3: 'A' };
    const truthOf = { problem: (id: string) => truths[id], trace: (id: string) => truths[id] };
    expect(gradeLabels(labels, truthOf)).toEqual({
      pairs: 6,
      failed: 1,
      queries: 3,
      queriesWithPositive: 2,
      positives: 3,
      graded: 4,
      baseRate: 0.5,
      precision: 0.5,
      recall: 0.5,
      auc: 3 / 4,
      bestRight: 0.5,
      bestPossible: 0.5,
      meanScore: { same: 1.25, other: 0 },
    });
  });

  test('without labels or truth there are no shares', () => {
    const none = { problem: () => undefined, trace: () => undefined };
    expect(gradeLabels([label('p', 't', true, 1)], none)).toMatchObject({ graded: 0, precision: null, auc: null });
  });
});
