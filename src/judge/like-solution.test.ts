/** Candidates that are like a problem's worked solution, and what they leave of the random sample. */
import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { TraceGuard, type Problem, type Trace } from '../data/index.js';
import { decideLabels, type Measured } from './decide.js';
import { SolutionLikeness } from './like-solution.js';
import { selectPairs } from './pairs.js';

const shapes = ['a / b', 'b / a', 'a - b + c', 'a * b - c'];
const worked = (i: number, shape: string) =>
  `Numbers: a = ${11 + i}, b = ${31 + i}. The answer is ${shape} = ${71 + i}.`;
const traces: Trace[] = Array.from({ length: 24 }, (_, i) => {
  const truth = shapes[i % shapes.length]!;
  return { id: `t${i}`, question: `question ${i}`, trace: worked(i, truth), answer: `${71 + i}`, truth };
});
const problems: Problem[] = shapes.map((truth, i) => {
  return { id: `p${i}`, question: `other ${i}`, answer: '5', solution: worked(100 + i, truth), truth };
});
const ids = (some: readonly Trace[]) => some.map(({ id }) => id);

describe('SolutionLikeness', () => {
  const likeness = new SolutionLikeness(traces);

  it('finds the traces that go the same way, whatever their numbers', () => {
    for (const { solution, truth } of problems) {
      const nearest = likeness.nearest(solution!, traces, 6);
      expect(nearest.map((trace) => trace.truth)).toEqual(Array(6).fill(truth));
    }
  });

  it('looks at the allowed ones alone, the earlier of equal ones first', () => {
    const allowed = traces.filter(({ id }) => id !== 't0');
    expect(ids(likeness.nearest(problems[0]!.solution!, allowed, 2))).toEqual(['t4', 't8']);
  });

  it('finds nothing where nothing is shared, and no more than there is', () => {
    expect(likeness.nearest('quite another way of saying it', traces, 3)).toEqual([]);
    expect(likeness.nearest('', traces, 3)).toEqual([]);
    expect(likeness.nearest(problems[0]!.solution!, traces, 1000)).toHaveLength(traces.length);
  });
});

describe('selectPairs with candidates like the solution', () => {
  const options = { maxQueries: 10, maxCandidates: 6, restrictToType: false, guard: new TraceGuard(problems) };
  const select = (likeSolution: number, of = problems) =>
    selectPairs(of, traces, { ...options, likeSolution, rng: Rng.fromSeed(1) }).queries;

  it('has as many as asked for, and random ones beside them', () => {
    for (const { problem, candidates, proposed } of select(4)) {
      expect(candidates).toHaveLength(6);
      expect(candidates.filter(({ id }) => proposed?.has(id)).map(({ truth }) => truth)).toEqual(
        Array(4).fill(problem.truth),
      );
      expect(ids(candidates)).toEqual(ids(traces.filter((trace) => candidates.includes(trace))));
    }
  });

  it('draws as ever without any', () => {
    const plain = selectPairs(problems, traces, { ...options, rng: Rng.fromSeed(1) }).queries;
    expect(select(0)).toEqual(plain);
    expect(plain.every((query) => !('proposed' in query))).toBe(true);
  });

  it('proposes nothing where all that is allowed is judged: few traces leave a mean to compare with', () => {
    const few = { ...options, likeSolution: 4, rng: Rng.fromSeed(1) };
    for (const { candidates, ...query } of selectPairs(problems, traces.slice(0, 5), few).queries) {
      expect(candidates).toHaveLength(5);
      expect(query).not.toHaveProperty('proposed');
    }
  });

  it('has none for a problem without a worked solution, whatever stands in for it', () => {
    const bare = [{ ...problems[0]!, solution: undefined } as unknown as Problem];
    const { queries } = selectPairs(bare, traces, {
      ...options,
      likeSolution: 4,
      answerAsSolution: true,
      rng: Rng.fromSeed(1),
    });
    expect(queries[0]).not.toHaveProperty('proposed');
    expect(queries[0]!.candidates).toHaveLength(6);
  });

  it('compares their gains with the mean over the random ones', () => {
    const scored = select(4).map((query) => ({
      query,
      scores: query.candidates.map((trace): Measured => ({
        key: trace.id,
        traceId: trace.id,
        value: query.proposed?.has(trace.id) ? -1 : -3,
      })),
    }));
    const labels = decideLabels(scored, { measure: 'solution', topPositives: 6, baseline: 'query' });
    const gainOf = (relevant: boolean) =>
      labels.flatMap((label) => ('relevant' in label && label.relevant === relevant ? [label.score] : []));
    expect(new Set(gainOf(true))).toEqual(new Set([2]));
    expect(new Set(gainOf(false))).toEqual(new Set([0]));
  });
});
