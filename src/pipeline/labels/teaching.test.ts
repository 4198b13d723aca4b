import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { shownTraces, TraceGuard, type Problem, type Trace } from '../../data/index.js';
import type { Label } from '../../judge/index.js';
import { confidentProblems, teachingContexts } from './teaching.js';

const problem = (id: string, more: Partial<Problem> = {}): Problem => {
  return { id, question: `q ${id}`, answer: id, solution: `s ${id}`, ...more };
};
const trace = (id: string, answer = `x${id}`): Trace => ({ id, question: `t ${id}`, trace: id, answer });
const label = (problemId: string, traceId: string, score: number, relevant = score > 0): Label => {
  return { problemId, traceId, judge: 'utility', key: `${problemId}${traceId}`, relevant, score };
};
const train = [
  problem('1'),
  problem('2'),
  problem('3'),
  problem('4'),
  problem('bare', { solution: undefined as never }),
];
const corpus = [trace('a'), trace('b'), trace('c'), trace('copy', '1')];
const data = { train, corpus, guard: new TraceGuard(train) };
const labels = [
  label('1', 'copy', 9), // has the answer of the problem: it labels, but teaches nobody
  label('1', 'a', 1),
  label('1', 'b', -1),
  label('2', 'a', 5),
  label('2', 'b', 4),
  label('2', 'c', -2),
  label('3', 'c', 3),
  label('3', 'b', -3),
  label('4', 'a', -1),
  label('bare', 'a', 8),
  { problemId: '4', traceId: 'b', judge: 'utility', key: 'f', failed: 'too long' } satisfies Label,
];
const all = { confidentShare: 1, confidence: 'gain' as const };
const shortEnough = () => true;
const taught = (
  options: Parameters<typeof confidentProblems>[2],
  fits = shortEnough as Parameters<typeof confidentProblems>[3],
) =>
  confidentProblems(labels, data, options, fits).map(({ problem: { id }, best, others }) =>
    [id, best.id, ...others.map((other) => other.id)].join(' '),
  );

describe('problems whose labels are surest', () => {
  it('are those with a solution and a relevant trace that may teach them, surest first', () => {
    expect(taught(all)).toEqual(['2 a c', '3 c b', '1 a b']);
    expect(taught({ ...all, confidentShare: 0.5 })).toEqual(['2 a c', '3 c b']);
    expect(taught({ ...all, confidentShare: 0.01 })).toEqual(['2 a c']);
  });

  it('are sure by the lead over the second best, where that is asked for', () => {
    expect(taught({ ...all, confidence: 'lead' })).toEqual(['3 c b', '1 a b', '2 a c']);
  });

  it('take the next best trace where one is too long, and go where all are', () => {
    expect(taught(all, (_, shown) => shown?.id !== 'a')).toEqual(['2 b c', '3 c b']);
    expect(taught(all, () => false)).toEqual([]);
  });
});

it('prompts show the best trace, a wrong one or none by their shares', () => {
  const found: Record<string, number> = {};
  const contextOf = teachingContexts(confidentProblems(labels, data, all, shortEnough), { right: 0.6, wrong: 0.3 });
  const rng = Rng.fromSeed('shares');
  for (let i = 0; i < 1000; i++) {
    const id = shownTraces(contextOf(train[1]!, rng.fork(i)))[0]?.id ?? 'none';
    found[id] = (found[id] ?? 0) + 1;
  }
  expect(found['a']! / 1000).toBeCloseTo(0.6, 1);
  expect(found['c']! / 1000).toBeCloseTo(0.3, 1);
  expect(found['none']! / 1000).toBeCloseTo(0.1, 1);
  expect(shownTraces(contextOf(train[3]!, rng))).toEqual([]);
});
