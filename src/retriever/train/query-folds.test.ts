import { expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import type { LabelledQuery } from './pairs.js';
import { foldQueries } from './query-folds.js';

const query = (id: string, question = `question ${id}`): LabelledQuery => ({
  query: { id, question },
  positives: [],
  unknown: new Set(),
});
const queries = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => query(`${prefix}${i}`));
const idsOf = (part: readonly LabelledQuery[]) => part.map((one) => one.query.id);

it('leaves every query out of what the encoder of its own fold learns from, and out of no other', () => {
  const [train, validation] = [queries(11, 'a'), queries(5, 'v')];
  const { parts_F, foldOf } = foldQueries({ train, validation }, 4, 1);
  expect(parts_F).toHaveLength(4);
  for (const [fold, part] of parts_F.entries()) {
    expect([2, 3]).toContain(11 - part.train.length);
    expect(idsOf(part.train)).toEqual(idsOf(train.filter((one) => foldOf(one.query) !== fold)));
    expect(idsOf(part.validation)).toEqual(idsOf(validation.filter((one) => foldOf(one.query) !== fold)));
  }
  for (const one of [...train, ...validation]) expect([0, 1, 2, 3]).toContain(foldOf(one.query));
  expect(foldOf({ id: 'a0', question: 'another' })).toBeUndefined();
});

it('keeps the same text in one fold, and follows from texts and seed alone', () => {
  const train = [...queries(8, 'a'), query('twin', 'Question  a3')];
  const folds = (of: LabelledQuery[], seed: number) => {
    const { foldOf } = foldQueries({ train: of, validation: [] }, 3, seed);
    return train.map((one) => foldOf(one.query));
  };
  expect(folds(train, 1).at(-1)).toBe(folds(train, 1)[3]);
  expect(folds(Rng.fromSeed(3).shuffle(train), 1)).toEqual(folds(train, 1));
  expect(folds(train, 2)).not.toEqual(folds(train, 1));
});

it('refuses folds that leave an encoder with next to nothing, by the number of different questions', () => {
  const few = [...queries(3, 'a'), query('twin', 'question a1')];
  expect(() => foldQueries({ train: few, validation: [] }, 2, 1)).toThrow(/3 labelled questions/);
  expect(() => foldQueries({ train: queries(4, 'a'), validation: [] }, 5, 1)).toThrow(/5 folds/);
  expect(foldQueries({ train: queries(4, 'a'), validation: [] }, 2, 1).parts_F).toHaveLength(2);
});
