import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import type { EvalRecord } from '../eval/index.js';
import type { ComparedEvaluation } from './evaluations.js';
import { evaluationsReport } from './evaluations-report.js';
import { evaluationsTogether } from './evaluations-together.js';

/** Rewards of each problem's samples, and whether its trace is right. */
type Answers = Record<string, readonly (number | null)[]>;

function evaluation(name: string, answers: Answers, right: Record<string, boolean> = {}): ComparedEvaluation {
  const records = Object.entries(answers).map(([problemId, rewards]): EvalRecord => {
    const samples = rewards.map((reward): EvalRecord['samples'][number] => ({
      text: '',
      tokens: 1,
      stopReason: 'stop',
      verdict: { outcome: reward === 1 ? 'match' : 'mismatch', rule: 'exact-number' },
      reward,
    }));
    return { key: '', problemId, split: 'tests', traceIds: [], promptTokens: 0, samples };
  });
  const settings = { k: 2 } as ComparedEvaluation['settings'];
  return { name, root: name, settings, differences: [], records, traceRight: new Map(Object.entries(right)) };
}

const together = (...all: ComparedEvaluation[]) =>
  evaluationsTogether(all, { resamples: 200, rng: Rng.fromSeed('test') });

describe('evaluationsTogether', () => {
  const without = evaluation('without', { a: [1, 0], b: [0, 0], c: [1, 1], d: [0, 0], e: [1, 1] });
  const right = { a: true, b: true, c: false, d: false, e: true };
  const withTraces = evaluation('with', { a: [1, 1], b: [1, 1], c: [1, 0], d: [0, 0], e: [1, null] }, right);

  test('differences are paired, over all problems and by the traces of the later one', () => {
    const { evaluations, leftOut, differences } = together(without, withTraces);
    expect(leftOut).toEqual({ tests: 1 }); // e has a sample without a verdict
    expect(evaluations.map(({ accuracy }) => accuracy['tests']!.mean)).toEqual([3 / 8, 5 / 8]);
    expect(
      differences.map(({ a, b, among, difference: { tests } }) => [a, b, among, tests!.mean, tests!.problems]),
    ).toEqual([
      ['with', 'without', 'all', 1 / 4, 4], // 1/2, 1, -1/2, 0
      ['with', 'without', 'right trace', 3 / 4, 2],
      ['with', 'without', 'wrong trace', -1 / 4, 2],
    ]);
    // Of 1/2 and 1 the standard error is 1/4; t of one degree of freedom is 12.7, and a difference ends at 1.
    expect(differences[1]!.difference['tests']!.ci95![1]).toBe(1);
  });

  test('the traces are those of the first where the later one shows none; without any there is one row', () => {
    const { differences } = together(withTraces, without);
    expect(differences.map(({ among, difference: { tests } }) => [among, tests!.mean])).toEqual([
      ['all', -1 / 4],
      ['right trace', -3 / 4],
      ['wrong trace', 1 / 4],
    ]);
    expect(together(without, evaluation('other', { a: [1, 1] })).differences).toMatchObject([
      { among: 'all', difference: { tests: { mean: 1 / 2, ci95: null, problems: 1 } } },
    ]);
  });

  test('every later one is compared with the first; one alone has no differences', () => {
    expect(together(without, withTraces, evaluation('third', { a: [0, 0], b: [0, 0] })).differences).toMatchObject([
      { a: 'with', b: 'without', among: 'all' },
      { a: 'with', b: 'without', among: 'right trace' },
      { a: 'third', b: 'without', among: 'all' },
    ]);
    const alone = together(without);
    expect(alone.differences).toEqual([]);
    expect(evaluationsReport(alone).sections.map(({ title }) => title)).toEqual(['Evaluations', 'Results']);
  });
});
