import { expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { easyFirst } from './curriculum.js';
import { drawInEpochs } from './order.js';

const success: Record<string, number | undefined> = {
  hard: 0.1,
  never: 0,
  always: 1,
  easy: 0.9,
  middle: 0.5,
  unknown: undefined,
};
const problems = Object.keys(success).map((id) => ({ id, question: id, answer: '1' }));
const rankOf = easyFirst(({ id }) => success[id]);
const order = ['easy', 'middle', 'hard', 'unknown', 'never', 'always'];

it('puts the easy ones first in every epoch, what cannot be learnt from last', () => {
  const drawn = drawInEpochs(problems, Rng.fromSeed(1), 0, 12, rankOf).map(({ id }) => id);
  expect(drawn).toEqual([...order, ...order]);
  expect(drawInEpochs(problems, Rng.fromSeed(1), 4, 4, rankOf).map(({ id }) => id)).toEqual(drawn.slice(4, 8));
});

it('draws equally easy ones in another order each epoch', () => {
  const equal = Array.from({ length: 8 }, (_, i) => ({ id: String(i), question: '', answer: '' }));
  const ids = drawInEpochs(
    equal,
    Rng.fromSeed(1),
    0,
    16,
    easyFirst(() => 0.5),
  ).map(({ id }) => id);
  expect(ids.slice(0, 8).toSorted()).toEqual(equal.map(({ id }) => id));
  expect(ids.slice(0, 8)).not.toEqual(ids.slice(8));
});
