/** The texts of a record's fields, and errors that say what is wrong with one and what may have been meant. */
import { RaRftError, type ErrorFacts } from '../core/errors.js';
import { fieldNames, nearestField, readField, valueAt } from './fields.js';

/** The text of a field that must be there. `key` is its name in `fields`. Throws `data` without a place. */
export function requiredText(record: Record<string, unknown>, name: string, key: string): string {
  const text = optionalText(record, name, key);
  if (text === undefined) throw missingField(record, name, key);
  return text;
}

/** The text of a field; undefined where it is absent or empty. A value of another kind is an error, never dropped. */
export function optionalText(record: Record<string, unknown>, name: string, key: string): string | undefined {
  const value = readField(record, name, key);
  if ('wrong' in value) {
    if (key === 'source') return undefined;
    throw unusable(
      `field ${name} (${key}) is ${value.wrong}`,
      'a text, a number or true/false',
      `Mend the line, or name another field in fields.${key}.`,
    );
  }
  return 'text' in value && value.text !== '' ? value.text : undefined;
}

/** A required field that is missing, null or empty, with the field that may have been meant. */
export function missingField(record: Record<string, unknown>, name: string, key: string): RaRftError {
  const expected = `a text in ${name}`;
  const mend = 'Mend or remove the line; data.unusable: skip leaves such lines out and lists them.';
  if ('text' in readField(record, name, key)) return unusable(`field ${name} (${key}) is empty`, expected, mend);
  if (valueAt(record, name) === null) return unusable(`field ${name} (${key}) is missing (it is null)`, expected, mend);
  const near = nearestField(record, key);
  return unusable(
    `field ${name} (${key}) is missing; the line has: ${namesText(record)}`,
    expected,
    near !== undefined ? `Did you mean ${near}? Then set fields.${key}: ${near}` : undefined,
  );
}

/** The names of a record's fields, at most as many as can be read at a glance. */
export function namesText(record: Record<string, unknown>): string {
  const names = fieldNames(record);
  return names.length <= 24 ? names.join(', ') : `${names.slice(0, 24).join(', ')} and ${names.length - 24} more`;
}

/** An error of one record; whoever reads the file adds the place. */
export function unusable(message: string, expected?: string, hint?: string): RaRftError {
  const facts: ErrorFacts = { code: 'data', message };
  if (expected !== undefined) facts.expected = expected;
  if (hint !== undefined) facts.hint = hint;
  return new RaRftError(facts);
}
