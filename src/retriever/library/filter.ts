/** Filters over the fields of traces, in the language of MongoDB's queries. */
import { RaRftError } from '../../core/errors.js';

/** `{ field: value }`, `{ field: { $operator: value } }`, `{ $and: [...] }`; all fields must match. Dots reach into objects (`meta.level`). */
export type Filter = Readonly<Record<string, unknown>>;

type Fields = Readonly<Record<string, unknown>>;
type Test = (value: unknown) => boolean;

/** A filter as a function. Throws `usage` at an operator that is not known or a value that it cannot take. */
export function compileFilter(filter: Filter): (fields: Fields) => boolean {
  if (!isObject(filter)) throw refuse('filter', filter, 'an object of fields');
  const tests = Object.entries(filter).map(([name, wanted]): ((fields: Fields) => boolean) => {
    if (!name.startsWith('$')) {
      const test = fieldTest(name, wanted);
      return (fields) => test(valueAt(fields, name));
    }
    if (!['$and', '$or', '$nor'].includes(name)) throw refuse(name, wanted, '$and, $or, $nor or the name of a field');
    if (!Array.isArray(wanted) || wanted.length === 0) throw refuse(name, wanted, 'a list of filters');
    const parts = wanted.map((part) => compileFilter(part as Filter));
    if (name === '$and') return (fields) => parts.every((part) => part(fields));
    return (fields) => parts.some((part) => part(fields)) === (name === '$or');
  });
  return (fields) => tests.every((test) => test(fields));
}

function fieldTest(name: string, wanted: unknown): Test {
  if (wanted === undefined) throw refuse(name, wanted, 'a value; { $exists: false } finds what lacks the field');
  const isOperators = isObject(wanted) && Object.keys(wanted).some((key) => key.startsWith('$'));
  if (!isOperators) return equalTo(wanted);
  const tests = Object.entries(wanted).map(([operator, value]) => operatorTest(name, operator, value));
  return (found) => tests.every((test) => test(found));
}

function operatorTest(name: string, operator: string, value: unknown): Test {
  const where = `${name}.${operator}`;
  const list = (): Test[] => {
    if (!Array.isArray(value)) throw refuse(where, value, 'a list of values');
    return value.map(equalTo);
  };
  const compared = (holds: (order: number) => boolean): Test => {
    if (typeof value !== 'number' && typeof value !== 'string') throw refuse(where, value, 'a number or a text');
    return (found) =>
      each(found).some(
        (one) => typeof one === typeof value && holds(one === value ? 0 : (one as number) < (value as number) ? -1 : 1),
      );
  };
  switch (operator) {
    case '$eq':
      return equalTo(value);
    case '$ne':
      return not(equalTo(value));
    case '$in': {
      const tests = list();
      return (found) => tests.some((test) => test(found));
    }
    case '$nin': {
      const tests = list();
      return (found) => !tests.some((test) => test(found));
    }
    case '$gt':
      return compared((order) => order > 0);
    case '$gte':
      return compared((order) => order >= 0);
    case '$lt':
      return compared((order) => order < 0);
    case '$lte':
      return compared((order) => order <= 0);
    case '$exists':
      if (typeof value !== 'boolean') throw refuse(where, value, 'true or false');
      return (found) => (found !== undefined) === value;
    case '$not':
      if (!isObject(value)) throw refuse(where, value, 'an object of operators');
      return not(fieldTest(name, value));
    default:
      throw refuse(where, value, '$eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, $exists or $not');
  }
}

/** As in MongoDB a list also matches by any of its items, and null what is missing. */
function equalTo(wanted: unknown): Test {
  const text = JSON.stringify(wanted);
  return (found) =>
    wanted === null
      ? found === undefined || found === null
      : JSON.stringify(found) === text || each(found).some((one) => JSON.stringify(one) === text);
}

function not(test: Test): Test {
  return (found) => !test(found);
}

function each(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

function valueAt(fields: Fields, name: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  let at: unknown = fields;
  for (const part of name.split('.')) at = isObject(at) && Object.hasOwn(at, part) ? at[part] : undefined;
  return at;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(where: string, value: unknown, expected: string): RaRftError {
  const message = `the filter has ${JSON.stringify(value) ?? 'undefined'} at ${where}`;
  return new RaRftError({ code: 'usage', message, where: `filter: ${where}`, expected });
}
