/** Filters as conditions: every row is judged as the filter itself judges the document, and what cannot be asked is refused by name. */
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/rng.js';
import { compileFilter } from '../filter.js';
import { conditionOf, type Condition } from './condition.js';
import { factsOf, type Facts } from './facts.js';
import { someFields, someFilter } from './testing/filters.js';

/** What a database makes of a condition. */
function holds(condition: Condition, id: string, row: Facts): boolean {
  if ('all' in condition) return condition.all.every((part) => holds(part, id, row));
  if ('any' in condition) return condition.any.some((part) => holds(part, id, row));
  if ('not' in condition) return !holds(condition.not, id, row);
  if ('fact' in condition) return row.facts.includes(` ${condition.fact} `);
  if ('ids' in condition) return condition.ids.includes(id);
  const number = row.numbers[condition.column];
  if (number === undefined) return false;
  const { is, value } = condition;
  return { '<': number < value, '<=': number <= value, '>': number > value, '>=': number >= value }[is];
}

describe('a filter as a condition', () => {
  it('lets the same documents pass', () => {
    const rng = Rng.fromSeed('filters');
    const documents = Array.from({ length: 60 }, (_, i) => ({ id: `d${i}`, fields: someFields(rng) }));
    for (let n = 0; n < 400; n++) {
      const filter = someFilter(rng);
      const passes = compileFilter(filter);
      const condition = conditionOf(filter);
      for (const { id, fields } of documents)
        expect(holds(condition, id, factsOf(id, fields)), JSON.stringify({ filter, fields })).toBe(passes(id, fields));
    }
  });

  it.each([
    [{ type: { $regex: 'a' } }, 'filter.type.$regex'],
    [{ type: /a/ }, 'filter.type'],
    [{ tags: ['a', 'b'] }, 'filter.tags'],
    [{ 'tags.0': 'a' }, 'filter.tags.0'],
    [{ type: { $gt: 'a' } }, 'filter.type.$gt'],
    [{ tags: { $size: 2 } }, 'filter.tags.$size'],
    [{ $or: [{ a: 1 }, { b: { $elemMatch: { c: 1 } } }] }, 'filter.$or[1].b.$elemMatch'],
    [{ a: { $not: { $mod: [2, 0] } } }, 'filter.a.$not.$mod'],
    [{ a: { b: 1 } }, 'filter.a.b'],
  ])('refuses %o by name', (filter, where) => {
    expect(() => conditionOf(filter as never)).toThrow(expect.objectContaining({ code: 'usage', where }) as Error);
  });

  it('refuses fields that no condition could ask for', () => {
    expect(() => factsOf('d', { parts: [{ a: 1 }] })).toThrow(expect.objectContaining({ code: 'data' }) as Error);
    expect(() => factsOf('d', { level: NaN })).toThrow(expect.objectContaining({ code: 'data' }) as Error);
  });
});
