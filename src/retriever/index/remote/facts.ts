/**
 * Fields of a document as columns that any database can filter by, whatever the fields are called and whatever is in them.
 *
 * - `facts`: a word (a hash) for "this field is there" and for "it equals this, or has this among its items". So a condition is the
 *   search for a word, and no value has to be escaped.
 * - two number columns a field that has numbers: the least and the most of them, the same where it is one number.
 */
import { RaRftError } from '../../../core/errors.js';
import { hashJson, hashText } from '../../../core/hash.js';
import type { Fields } from '../filter.js';

export type Scalar = string | number | boolean | null;

/** What of a document filters ask for. */
export interface Facts {
  /** Words between blanks, a blank at both ends. */
  facts: string;
  /** Numbers by column. */
  numbers: Readonly<Record<string, number>>;
}

/** The word for: the field is there. */
export const exists = (path: string): string => hashJson(['exists', path]);
/** The word for: the field equals the value, or has it among its items. */
export const equals = (path: string, value: Scalar): string => hashJson(['equals', path, value]);
export const leastColumn = (path: string): string => `least_${hashText(path)}`;
export const mostColumn = (path: string): string => `most_${hashText(path)}`;

/** Throws `data` at objects in lists, which a filter could not tell apart. The id is a field as others are. */
export function factsOf(id: string, fields: Fields = {}): Facts {
  const words = new Set<string>();
  const numbers: Record<string, number> = {};
  const scalar = (path: string, value: Scalar) => {
    words.add(equals(path, value));
    if (typeof value !== 'number') return;
    numbers[leastColumn(path)] = Math.min(numbers[leastColumn(path)] ?? Infinity, value);
    numbers[mostColumn(path)] = Math.max(numbers[mostColumn(path)] ?? -Infinity, value);
  };
  const walk = (path: string, value: unknown): void => {
    if (value === undefined) return;
    words.add(exists(path));
    if (Array.isArray(value)) for (const item of value) scalar(path, scalarOf(item, id, path));
    else if (value !== null && typeof value === 'object')
      for (const [key, inner] of Object.entries(value)) walk(`${path}.${key}`, inner);
    else scalar(path, scalarOf(value, id, path));
  };
  for (const [key, value] of Object.entries({ ...fields, id })) walk(key, value);
  return { facts: ` ${[...words].join(' ')} `, numbers };
}

function scalarOf(value: unknown, id: string, path: string): Scalar {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new RaRftError({
    code: 'data',
    message: `the field ${path} has ${typeof value === 'number' ? String(value) : `an ${typeof value} in a list`}`,
    where: `document ${id}`,
    expected: 'texts, numbers, true, false, null, lists of them, and objects of all these',
    hint: 'Leave the field out: a filter in a database cannot ask for it.',
  });
}
