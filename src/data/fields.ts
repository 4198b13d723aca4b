/** Reading the fields of a record under the user's names, with the facts an error message needs. */
import { distance } from 'fastest-levenshtein';
import type { FieldNames } from '../config/index.js';
import { chatText } from './chat-text.js';

/** A field's value: its text, nothing there, or a value that is no text. Numbers and booleans are taken as written. */
export type FieldValue = { text: string } | { missing: true } | { wrong: string };

/** Stands where a text should be that is not valid UTF-8; no field accepts it. */
export const INVALID_TEXT = Symbol('not valid UTF-8');

/** The names that a name stands for: `problem|question` is either. */
export function alternativesOf(name: string): string[] {
  return name.split('|');
}

/**
 * The value under a name. A name that exists as it stands wins over the alternatives and the path that its signs spell; of
 * alternatives the first that is there and not null.
 */
export function valueAt(record: Record<string, unknown>, name: string): unknown {
  if (record[name] !== undefined) return record[name];
  const names = alternativesOf(name);
  if (names.length > 1) {
    const values = names.map((one) => valueAt(record, one)).filter((value) => value !== undefined);
    return values.find((value) => value !== null) ?? values[0];
  }
  let value: unknown = record;
  for (const part of name.split('.')) {
    value = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[part] : undefined;
  }
  return value;
}

/** Reads one field of a parsed line. `key` says what for: of chat messages a question is what the user says. */
export function readField(record: Record<string, unknown>, name: string, key = name): FieldValue {
  const value = valueAt(record, name);
  if (value === undefined || value === null) return { missing: true };
  if (typeof value === 'string') return { text: value.trim() };
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return { text: String(value) };
  }
  if (value === INVALID_TEXT) return { wrong: 'not valid UTF-8' };
  if (value instanceof Date) return { wrong: 'a date' };
  if (key === 'type' && Array.isArray(value)) return firstType(value);
  return chatText(value, key) ?? { wrong: Array.isArray(value) ? 'a list' : `an ${typeof value}` };
}

/** Of several types the first, which is what a problem is compared by. */
function firstType([first]: unknown[]): FieldValue {
  if (first === undefined) return { missing: true };
  return typeof first === 'string' ? { text: first.trim() } : { wrong: 'a list of what are no texts' };
}

/** Names under which data sets have what a field holds, the likeliest first; whatever the case. */
export const USUAL_NAMES: Readonly<Record<keyof FieldNames, readonly string[]>> = {
  id: ['id', 'uuid', 'unique_id', 'problem_id', 'question_id'],
  question: [
    'question',
    'problem',
    'prompt',
    'query',
    'input',
    'instruction',
    'problem_text',
    'messages',
    'conversations',
  ],
  answer: [
    'answer',
    'final_answer',
    'ground_truth',
    'gold',
    'gold_answer',
    'expected_answer',
    'reward_model.ground_truth',
    'gt_answer',
    'gt',
    'target',
    'label',
    'output',
    'completion',
    'response',
    'solution',
    'messages',
    'conversations',
  ],
  solution: [
    'solution',
    'trace',
    'rationale',
    'reasoning',
    'explanation',
    'generated_solution',
    'generation',
    'response',
    'output',
    'completion',
    'messages',
    'conversations',
  ],
  type: ['type', 'problem_type', 'subject', 'category', 'topic', 'domain'],
  truth: ['truth'],
  split: ['split'],
  equation: ['equation', 'formula'],
  source: ['source', 'data_source', 'problem_source'],
};

/** Names of a record's fields, those of nested objects with dots. */
export function fieldNames(record: Record<string, unknown>): string[] {
  return Object.entries(record).flatMap(([name, value]) => {
    const nested = value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
    return nested ? fieldNames(value as Record<string, unknown>).map((inner) => `${name}.${inner}`) : [name];
  });
}

/** The field of the record that looks most like the missing one, for a hint; undefined where none does. */
export function nearestField(record: Record<string, unknown>, name: string): string | undefined {
  const names = fieldNames(record);
  const usual = (USUAL_NAMES as Record<string, readonly string[]>)[name] ?? [];
  for (const alias of usual) {
    const known = names.find((candidate) => candidate.toLowerCase() === alias);
    if (known !== undefined) return known;
  }
  const ranked = names
    .map((k) => [distance(k.toLowerCase(), name.toLowerCase()), k] as const)
    .toSorted((a, b) => a[0] - b[0]);
  const best = ranked[0];
  return best && best[0] <= Math.max(1, Math.floor(name.length / 3)) ? best[1] : undefined;
}
