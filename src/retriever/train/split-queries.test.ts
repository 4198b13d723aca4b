import { describe, expect, it } from 'vitest';
import type { LabelledQuery } from './pairs.js';
import { splitQueries } from './split-queries.js';

const one = (id: string, question = `asks ${id}`): LabelledQuery => ({
  query: { id, question },
  positives: [],
  unknown: new Set(),
});
const many = Array.from({ length: 100 }, (_, i) => one(`q${i}`));
const ids = (list: readonly LabelledQuery[]) => list.map(({ query }) => query.id);
const shares = { validationShare: 0.05, testShare: 0.1 };
const counts = (n: number, of = shares) =>
  Object.values(splitQueries(many.slice(0, n), of, 1)).map((part: LabelledQuery[]) => part.length);

describe('splitQueries', () => {
  it('gives every query to one part, in shares of the whole', () => {
    const { train, validation, test } = splitQueries(many, shares, 1);
    expect([train.length, validation.length, test.length]).toEqual([85, 5, 10]);
    expect(ids([...train, ...validation, ...test]).toSorted()).toEqual(ids(many).toSorted());
  });

  it('depends on seed and texts alone: neither order nor ids move a query', () => {
    const split = splitQueries(many, shares, 1);
    expect(splitQueries(many.toReversed(), shares, 1)).toEqual(split);
    expect(ids(splitQueries(many, shares, 2).test)).not.toEqual(ids(split.test));
    const renamed = many.map(({ query }, i) => one(`other-${i}`, query.question));
    const asked = (list: readonly LabelledQuery[]) => list.map(({ query }) => query.question).toSorted();
    expect(asked(splitQueries(renamed, shares, 1).test)).toEqual(asked(split.test));
  });

  it('keeps queries of one text in one part', () => {
    const twins = many.flatMap(({ query }) => [
      one(query.id, query.question),
      one(`${query.id}b`, `${query.question}!`),
    ]);
    const { train, validation, test } = splitQueries(twins, { validationShare: 0.2, testShare: 0.2 }, 3);
    for (const part of [train, validation, test]) {
      const own = new Set(ids(part).map((id) => id.replace('b', '')));
      expect(part).toHaveLength(2 * own.size);
    }
  });

  it('of few queries leaves two to train on, then takes validation, then test', () => {
    expect([0, 1, 2, 3, 4, 5].map((n) => counts(n))).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [2, 0, 0],
      [2, 1, 0],
      [2, 1, 1],
      [3, 1, 1],
    ]);
    expect(counts(100, { validationShare: 0, testShare: 0 })).toEqual([100, 0, 0]);
    expect(counts(100, { validationShare: 0, testShare: 0.1 })).toEqual([90, 0, 10]);
    expect(counts(100, { validationShare: 1, testShare: 1 })).toEqual([2, 98, 0]);
  });
});
