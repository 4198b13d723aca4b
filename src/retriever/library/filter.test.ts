import { describe, expect, it } from 'vitest';
import { compileFilter, type Filter } from './filter.js';

const fields = { id: 'a', type: 'algebra', level: 3, tags: ['x', 'y'], meta: { year: 2020 }, none: null, 'a.b': 1 };

describe('a filter', () => {
  it.each<[Filter, boolean]>([
    [{}, true],
    [{ type: 'algebra' }, true],
    [{ type: 'algebra', level: 4 }, false],
    [{ tags: 'y' }, true],
    [{ tags: ['x', 'y'] }, true],
    [{ tags: { $in: ['q', 'x'] } }, true],
    [{ tags: { $nin: ['q'] } }, true],
    [{ tags: { $ne: 'x' } }, false],
    [{ level: { $gte: 3, $lt: 4 } }, true],
    [{ level: { $gt: 3 } }, false],
    [{ level: { $lte: 2 } }, false],
    [{ level: { $gt: '1' } }, false], // another kind of value is not compared
    [{ type: { $gt: 'a' } }, true],
    [{ 'meta.year': 2020 }, true],
    [{ meta: { year: 2020 } }, true],
    [{ 'meta.month': { $exists: false } }, true],
    [{ 'a.b': 1 }, true],
    [{ nobody: null }, true],
    [{ none: null }, true],
    [{ none: { $exists: true } }, true],
    [{ nobody: { $gt: 0 } }, false],
    [{ level: { $not: { $gt: 3 } } }, true],
    [{ $or: [{ level: 1 }, { type: 'algebra' }] }, true],
    [{ $and: [{ level: 3 }, { type: 'x' }] }, false],
    [{ $nor: [{ level: 1 }, { type: 'x' }] }, true],
    [{ constructor: { $exists: true } }, false], // only fields of its own
  ])('%j gives %s', (filter, expected) => {
    expect(compileFilter(filter)(fields)).toBe(expected);
  });

  it.each<[unknown, string]>([
    [{ $where: '1' }, '$where'],
    [{ level: { $near: 1 } }, 'level.$near'],
    [{ level: { $in: 3 } }, 'level.$in'],
    [{ level: { $gt: null } }, 'level.$gt'],
    [{ level: { $exists: 1 } }, 'level.$exists'],
    [{ level: undefined }, 'level'],
    [{ $or: [] }, '$or'],
    [{ $and: [3] }, 'filter'],
    ['type', 'filter'],
  ])('%j is refused at its place', (filter, where) => {
    expect(() => compileFilter(filter as Filter)).toThrow(
      expect.objectContaining({ code: 'usage', where: `filter: ${where}` }),
    );
  });
});
