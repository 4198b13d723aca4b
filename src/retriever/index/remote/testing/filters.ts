/** Fields and filters of all kinds that a database can be asked for, at random, and what a table makes of them. */
import { expect } from 'vitest';
import { Rng } from '../../../../core/rng.js';
import { compileFilter, type Fields } from '../../filter.js';
import { conditionOf } from '../condition.js';
import { factsOf } from '../facts.js';
import type { RemoteTable } from '../remote-table.js';

const values = ['even', "o'dd", '% _', 2, 3, 2.5, -1, true, false, null, ['a', 'b'], [1, 4], []] as const;
const pick = <T>(rng: Rng, items: readonly T[]): T => items[rng.int(items.length)] as T;

export function someFields(rng: Rng): Fields {
  const fields: Record<string, unknown> = {};
  for (const name of ['type', 'level', 'a b']) if (rng.next() < 0.7) fields[name] = pick(rng, values);
  if (rng.next() < 0.5) fields['source'] = { book: pick(rng, values), page: rng.int(4) };
  return fields;
}

const scalars = ['even', "o'dd", 'a', 1, 2, 2.5, true, null] as const;
export function someFilter(rng: Rng, depth = 2): Record<string, unknown> {
  const path = pick(rng, ['type', 'level', 'a b', 'source.book', 'source.page', 'missing']);
  const comparison = pick(rng, ['$gt', '$gte', '$lt', '$lte']);
  const some = [pick(rng, scalars), pick(rng, scalars)];
  const inner = () => [someFilter(rng, depth - 1), someFilter(rng, depth - 1)];
  const kinds: (() => Record<string, unknown>)[] = [
    () => ({ [path]: pick(rng, scalars) }),
    () => ({ [path]: { $ne: pick(rng, scalars) } }),
    () => ({ [path]: { $in: some } }),
    () => ({ [path]: { $nin: some } }),
    () => ({ [path]: { $exists: rng.next() < 0.5 } }),
    () => ({ [path]: { [comparison]: pick(rng, [0, 1, 2, 2.5, 3]) } }),
    () => ({ [path]: { $not: { [comparison]: 2 } } }),
    () => ({ [path]: { $gte: 1, $lt: 3 } }),
    ...(depth > 0 ? ['$and', '$or', '$nor'].map((word) => () => ({ [word]: inner() })) : []),
  ];
  return pick(rng, kinds)();
}

/** Rows of an empty table pass filters as their documents do. */
export async function expectSameFilters(table: RemoteTable, dim: number): Promise<void> {
  const rng = Rng.fromSeed('filters of a table');
  const vectors = Float32Array.from({ length: dim }, (_, i) => (i === 0 ? 1 : 0));
  const documents = Array.from({ length: 40 }, (_, i) => ({ id: `d'${i}`, fields: someFields(rng) }));
  const shared = { chunks: 1, tokens: 1, cut: 0, vectors };
  await table.insert(documents.map(({ id, fields }) => ({ id, ...shared, fields: '{}', ...factsOf(id, fields) })));
  for (let n = 0; n < 60; n++) {
    const filter = n === 0 ? { id: "d'3" } : someFilter(rng);
    const passes = compileFilter(filter);
    const found = (await table.rows(conditionOf(filter))).map(({ id }) => id).toSorted();
    const expected = documents.filter(({ id, fields }) => passes(id, fields)).map(({ id }) => id);
    expect(found, JSON.stringify(filter)).toEqual(expected.toSorted());
  }
}
