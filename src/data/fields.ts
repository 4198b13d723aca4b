/** Reading the fields of a record under the user's names, with the facts an error message needs. */
import { distance } from 'fastest-levenshtein';

/** Which field of a record holds what; dots reach into nested objects (`meta.answer`). */
export interface FieldNames {
  id: string;
  question: string;
  answer: string;
  /** Worked solution of a problem; the reasoning trace of a corpus record. */
  solution: string;
  type: string;
  truth: string;
  split: string;
  /** Formula of a word problem (`( 30.0 - 11.0 )`): gives `truth` and `solution` where those are missing. */
  equation: string;
  source: string;
}

/** Every field under its own name. */
export const DEFAULT_FIELDS: FieldNames = {
  id: 'id',
  question: 'question',
  answer: 'answer',
  solution: 'solution',
  type: 'type',
  truth: 'truth',
  split: 'split',
  equation: 'equation',
  source: 'source',
};

/** A field's value: its text, nothing there, or a value that is no text. Numbers and booleans are taken as written. */
export type FieldValue = { text: string } | { missing: true } | { wrong: string };

/** Stands where a text should be that is not valid UTF-8; no field accepts it. */
export const INVALID_TEXT = Symbol('not valid UTF-8');

/** Reads one field of a parsed line. A name that exists as it stands wins over the path its dots spell. */
export function readField(record: Record<string, unknown>, name: string): FieldValue {
  let value: unknown = record[name];
  if (value === undefined) {
    value = record;
    for (const part of name.split('.')) {
      value = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[part] : undefined;
    }
  }
  if (value === undefined || value === null) return { missing: true };
  if (typeof value === 'string') return { text: value.trim() };
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return { text: String(value) };
  }
  if (value === INVALID_TEXT) return { wrong: 'not valid UTF-8' };
  return { wrong: Array.isArray(value) ? 'a list' : `an ${typeof value}` };
}

/** The field of the record that looks most like the missing one, for a hint; undefined where none does. */
export function nearestField(record: Record<string, unknown>, name: string): string | undefined {
  const usual: Record<string, string[]> = {
    question: ['problem', 'prompt', 'input', 'query'],
    answer: ['final_answer', 'target', 'output', 'gold', 'expected_answer'],
    solution: ['trace', 'reasoning', 'rationale', 'generation', 'response'],
  };
  const keys = Object.keys(record);
  const known = usual[name]?.find((alias) => keys.includes(alias));
  if (known !== undefined) return known;
  const ranked = keys
    .map((k) => [distance(k.toLowerCase(), name.toLowerCase()), k] as const)
    .toSorted((a, b) => a[0] - b[0]);
  const best = ranked[0];
  return best && best[0] <= Math.max(1, Math.floor(name.length / 3)) ? best[1] : undefined;
}
