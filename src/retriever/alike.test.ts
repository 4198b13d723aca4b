import { expect, test } from 'vitest';
import type { Label } from '../judge/index.js';
import { withoutLikelyPositives } from './alike.js';
import { collectLabels } from './pairs.js';

test('by hand: a and b share t1, so what else helps b is no negative of a, unless it was judged for a', () => {
  const label = (problemId: string, traceId: string, relevant: boolean): Label => {
    return { problemId, traceId, relevant, judge: 'truth', key: problemId + traceId };
  };
  const labels = [
    label('a', 't1', true),
    label('a', 't3', false),
    label('b', 't1', true),
    label('b', 't2', true),
    label('b', 't3', true),
    label('c', 't4', true),
  ];
  const queries = ['a', 'b', 'c'].map((id) => ({ id, question: id }));
  const traces = ['t1', 't2', 't3', 't4'].map((id) => ({ id, question: id, trace: id, answer: '0' }));
  const { labelled } = collectLabels(labels, queries, traces);
  const unknown = withoutLikelyPositives(labelled, labels).map((l) => [l.query.id, ...l.unknown]);
  expect(unknown).toEqual([['a', 't2'], ['b'], ['c']]);
});
