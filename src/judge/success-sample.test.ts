import { expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { drawScored } from './success-sample.js';
import type { Label } from './types.js';

const label = (problemId: string, score: number): Label => {
  const traceId = `t${score}`;
  return { problemId, traceId, judge: 'utility', key: `${problemId}/${traceId}`, relevant: score > 0, score };
};
const labels: Label[] = [
  ...[3, -2, 5, 0, 1, -4].map((score) => label('six', score)),
  ...[1, 2].map((score) => label('two', score)),
  label('one', 1),
  { problemId: 'one', traceId: 'x', judge: 'utility', key: 'x', failed: 'too long' },
  { problemId: 'bare', traceId: 'x', judge: 'utility', key: 'y', relevant: true },
];
const draw = (problems: number, traces: number, seed = 1) =>
  drawScored(labels, { problems, traces, rng: Rng.fromSeed(seed) });

test('takes even steps down the ranking, best and worst included', () => {
  const scores = (traces: number) =>
    Object.fromEntries(draw(9, traces).map((own) => [own[0]?.problemId, own.map(({ score }) => score)]));
  expect(scores(2)).toEqual({ six: [5, -4], two: [2, 1] });
  expect(scores(3)).toEqual({ six: [5, 0, -4], two: [2, 1] });
  expect(scores(9)).toEqual({ six: [5, 3, 1, 0, -2, -4], two: [2, 1] });
});

test('draws among the problems with two scores, by the seed', () => {
  const names = new Set(Array.from({ length: 20 }, (_, seed) => draw(1, 2, seed)[0]?.[0]?.problemId));
  expect(names).toEqual(new Set(['six', 'two']));
  expect(draw(1, 2, 7)).toEqual(draw(1, 2, 7));
  expect(drawScored(labels.slice(-3), { problems: 3, traces: 2, rng: Rng.fromSeed(1) })).toEqual([]);
});
