/** Filters on fields of documents, in the query language of MongoDB: `{ type: 'algebra', level: { $gte: 3 } }`. */
import sift from 'sift';
import { RaRftError } from '../../core/errors.js';
import type { Fields, Filter } from './types.js';

export type { Fields, Filter };

/** Whether a document passes; its id is a field beside the others. Throws `usage` at a filter that cannot be read. */
export function compileFilter(filter: Filter): (id: string, fields: Fields | undefined) => boolean {
  refuseCode(filter, 'filter');
  try {
    // The types of the package see its CommonJS form.
    // oxlint-disable-next-line import/no-named-as-default-member
    const passes = sift.default(filter);
    passes({}); // an operator with a wrong value fails here, not at some document
    return (id, fields) => passes({ ...fields, id });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unreadable(why, placeOf(/\$\w+/.exec(why)?.[0], filter, 'filter') ?? 'filter');
  }
}

/** `$where` runs text as code: a filter may come from a stranger. */
function refuseCode(value: unknown, where: string): void {
  if (typeof value === 'function') throw unreadable('it has a function', where);
  if (value === null || typeof value !== 'object') return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$where') throw unreadable('$where is not allowed', `${where}.$where`);
    refuseCode(inner, `${where}.${key}`);
  }
}

/** Where a filter has an operator. */
function placeOf(operator: string | undefined, value: unknown, where: string): string | undefined {
  if (operator === undefined || value === null || typeof value !== 'object') return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = key === operator ? `${where}.${key}` : placeOf(operator, inner, `${where}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function unreadable(why: string, where: string): RaRftError {
  return new RaRftError({
    code: 'usage',
    message: `the filter cannot be used: ${why}`,
    where,
    expected: 'fields with values, or with operators of MongoDB such as $in, $gte, $not, $or, $exists',
  });
}
