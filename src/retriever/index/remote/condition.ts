/**
 * Filters as conditions on rows of a database: the part of MongoDB's language that every backend here can answer before it ranks.
 * What is not in it is refused by name.
 */
import { RaRftError } from '../../../core/errors.js';
import { compileFilter, type Filter } from '../filter.js';
import { equals, exists, mostColumn, leastColumn } from './facts.js';

/** A condition that is true or false of every row, never unknown. */
export type Condition =
  | { all: readonly Condition[] }
  | { any: readonly Condition[] }
  | { not: Condition }
  /** The row has the fact; see facts.ts. */
  | { fact: string }
  /** The row has a number in the column, and it compares so. */
  | { column: string; is: Comparison; value: number }
  | { ids: readonly string[] };

export type Comparison = '<' | '<=' | '>' | '>=';

/** Throws `usage` naming the operator or value that cannot be asked of a database. */
export function conditionOf(filter: Filter): Condition {
  compileFilter(filter); // a filter that no index could use is refused in the same words everywhere
  return document(filter, 'filter');
}

function document(filter: Readonly<Record<string, unknown>>, where: string): Condition {
  return { all: Object.entries(filter).map(([key, value]) => clause(key, value, `${where}.${key}`)) };
}

function clause(key: string, value: unknown, where: string): Condition {
  switch (key) {
    case '$and':
      return { all: documents(value, where) };
    case '$or':
      return { any: documents(value, where) };
    case '$nor':
      return { not: { any: documents(value, where) } };
    case '$not':
      if (isPlain(value)) return { not: document(value, where) };
      throw unmapped(where, value);
    default:
      if (key.startsWith('$')) throw unmapped(where, value);
      return field(key, value, where);
  }
}

function documents(value: unknown, where: string): Condition[] {
  if (!Array.isArray(value)) throw unmapped(where, value);
  return value.map((one, at) => {
    if (!isPlain(one)) throw unmapped(`${where}[${at}]`, one);
    return document(one, `${where}[${at}]`);
  });
}

/** What is asked of one field: a value, or operators. */
function field(path: string, value: unknown, where: string): Condition {
  if (/(^|\.)\d+(\.|$)/.test(path)) throw unmapped(where, value, 'places in a list cannot be named');
  if (!isPlain(value)) return equal(path, value, where);
  const operators = Object.entries(value);
  if (operators.length === 0) throw unmapped(where, value);
  return { all: operators.map(([name, operand]) => operator(path, name, operand, `${where}.${name}`)) };
}

const comparisons: Readonly<Record<string, Comparison>> = { $lt: '<', $lte: '<=', $gt: '>', $gte: '>=' };

function operator(path: string, name: string, operand: unknown, where: string): Condition {
  const is = comparisons[name];
  if (is) return compared(path, is, operand, where);
  switch (name) {
    case '$eq':
      return equal(path, operand, where);
    case '$ne':
      return { not: equal(path, operand, where) };
    case '$in':
      return { any: each(path, operand, where) };
    case '$nin':
      return { not: { any: each(path, operand, where) } };
    case '$all': {
      const all = each(path, operand, where);
      return all.length === 0 ? { any: [] } : { all };
    }
    case '$exists':
      if (typeof operand !== 'boolean') throw unmapped(where, operand, 'it takes true or false');
      return operand ? { fact: exists(path) } : { not: { fact: exists(path) } };
    case '$not':
      if (isPlain(operand)) return { not: field(path, operand, where) };
      throw unmapped(where, operand);
    default:
      throw unmapped(where, operand);
  }
}

function each(path: string, operand: unknown, where: string): Condition[] {
  if (!Array.isArray(operand)) throw unmapped(where, operand);
  return operand.map((one, at) => equal(path, one, `${where}[${at}]`));
}

/** Null is the value of a field that is missing, too. */
function equal(path: string, value: unknown, where: string): Condition {
  if (value === null) return { any: [{ fact: equals(path, null) }, { not: { fact: exists(path) } }] };
  if (typeof value === 'string' || typeof value === 'boolean' || isNumber(value)) return { fact: equals(path, value) };
  throw unmapped(where, value, 'only texts, numbers, true, false and null can be equal');
}

/** Of a list, some number must compare so: its largest or its smallest does where any does. */
function compared(path: string, is: Comparison, value: unknown, where: string): Condition {
  if (!isNumber(value)) throw unmapped(where, value, 'only numbers can be compared');
  return { column: is === '<' || is === '<=' ? leastColumn(path) : mostColumn(path), is, value };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}

function unmapped(where: string, value: unknown, why = 'it has no counterpart there'): RaRftError {
  const said = value instanceof RegExp ? String(value) : JSON.stringify(value);
  return new RaRftError({
    code: 'usage',
    message: `the index in a database cannot filter by ${where}: ${said} (${why})`,
    where,
    expected: 'values, $eq, $ne, $in, $nin, $all, $exists, $not, $and, $or, $nor; $gt, $gte, $lt, $lte of numbers',
    hint: 'An index of this process (retriever.index) takes all of the language.',
  });
}
