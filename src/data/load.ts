/** Problems and traces from JSONL files: every line is checked, every error says file, line and field. */
import { readFile } from 'node:fs/promises';
import { errorFacts, RaRftError, type ErrorFacts } from '../core/errors.js';
import { equationTemplate } from './equation-template.js';
import { DEFAULT_FIELDS, nearestField, readField, type FieldNames } from './fields.js';
import { contentId } from './normalise.js';
import type { Problem, Trace } from './types.js';
import { workedSolution } from './worked-solution.js';

export interface LoadOptions {
  /** Names of the fields in this file; those left out have their own name. */
  fields?: Partial<FieldNames>;
  /** Says why an answer cannot be verified, undefined where it can: a gold answer is checked when it is read. */
  checkAnswer?: (answer: string) => string | undefined;
  /** What to do with a line that is broken or lacks a field: stop (default), or leave it out and list it in `skipped`. */
  unusable?: 'error' | 'skip';
  /** What to do with a line whose answer `checkAnswer` refuses: leave it out and list it (default), or stop. */
  unverifiable?: 'error' | 'skip';
}

/** What a file held. */
export interface Loaded<T> {
  items: T[];
  /** Lines left out, each with its place and what was wrong. */
  skipped: { where: string; message: string }[];
}

/**
 * Reads problems. An equation, where the file has one, gives `truth` (its template) and `solution` (worked from it)
 * where those are missing. Ids that are missing are made from the content.
 * Throws `io` where the file cannot be read, `data` with `file:line` at the first line that is not to be skipped.
 */
export async function loadProblems(path: string, options: LoadOptions = {}): Promise<Loaded<Problem>> {
  const fields = { ...DEFAULT_FIELDS, ...options.fields };
  return loadRecords(path, fields, options, (record) => {
    const { question, answer } = required(record, fields, options);
    const equation = optional(record, fields.equation, 'equation');
    const worked = equation === undefined ? undefined : workedSolution({ question, equation, answer });
    return defined({
      id: optional(record, fields.id, 'id') ?? contentId('p', question, answer),
      question,
      answer,
      type: optional(record, fields.type, 'type'),
      solution:
        optional(record, fields.solution, 'solution') ?? (worked && 'solution' in worked ? worked.solution : undefined),
      source: optional(record, fields.source, 'source'),
      truth: optional(record, fields.truth, 'truth') ?? (equation && equationTemplate(question, equation)),
      split: optional(record, fields.split, 'split'),
    });
  });
}

/** Reads traces: as {@link loadProblems}, and every line needs its solution (or an equation that gives one). */
export async function loadTraces(path: string, options: LoadOptions = {}): Promise<Loaded<Trace>> {
  const fields = { ...DEFAULT_FIELDS, ...options.fields };
  return loadRecords(path, fields, options, (record) => {
    const { question, answer } = required(record, fields, options);
    const equation = optional(record, fields.equation, 'equation');
    const worked = equation === undefined ? undefined : workedSolution({ question, equation, answer });
    const trace =
      optional(record, fields.solution, 'solution') ??
      optional(record, 'trace', 'solution') ??
      (worked && 'solution' in worked ? worked.solution : undefined);
    if (trace === undefined) {
      if (worked && 'unsupported' in worked)
        throw unusable(`no solution, and none can be built: ${worked.unsupported}`);
      throw missing(record, fields.solution, 'solution');
    }
    return defined({
      id: optional(record, fields.id, 'id') ?? contentId('t', question, trace),
      question,
      trace,
      answer,
      type: optional(record, fields.type, 'type'),
      source: optional(record, fields.source, 'source'),
      truth: optional(record, fields.truth, 'truth') ?? (equation && equationTemplate(question, equation)),
      split: optional(record, fields.split, 'split'),
    });
  });
}

/** Fields a line may lack; but one that the user names must stand in some line. */
const OPTIONAL = ['id', 'solution', 'type', 'truth', 'split', 'equation', 'source'] as const;

type JsonObject = Record<string, unknown>;

async function loadRecords<T extends { id: string }>(
  path: string,
  fields: FieldNames,
  options: LoadOptions,
  make: (record: JsonObject) => T,
): Promise<Loaded<T>> {
  const loaded: Loaded<T> = { items: [], skipped: [] };
  const lineOf = new Map<string, number>();
  const unseen = new Set(OPTIONAL.filter((key) => fields[key] !== DEFAULT_FIELDS[key]));
  let line = 0;
  for (const text of (await readText(path)).split('\n')) {
    line++;
    if (text.trim() === '') continue;
    const where = `${path}:${line}`;
    try {
      const record = parseLine(text);
      for (const key of unseen) if (!('missing' in readField(record, fields[key]))) unseen.delete(key);
      const item = make(record);
      const earlier = lineOf.get(item.id);
      if (earlier !== undefined)
        throw unusable(`id ${item.id} is already that of line ${earlier}`, 'an id once in a file');
      lineOf.set(item.id, line);
      loaded.items.push(item);
    } catch (error) {
      const facts = errorFacts(error);
      if (facts.code !== 'data') throw error;
      const skip = error instanceof UnverifiableAnswer ? options.unverifiable !== 'error' : options.unusable === 'skip';
      if (!skip) throw new RaRftError({ ...facts, where });
      loaded.skipped.push({ where, message: facts.message });
    }
  }
  if (loaded.items.length === 0) {
    const first = loaded.skipped[0];
    throw new RaRftError({
      code: 'data',
      message: first ? `no usable line; the first: ${first.message}` : 'the file is empty',
      where: first?.where ?? path,
      expected: 'at least one JSON object a line',
    });
  }
  const absent = [...unseen][0];
  if (absent !== undefined) {
    throw new RaRftError({
      code: 'data',
      message: `no line has the field ${fields[absent]}, which fields.${absent} names`,
      where: path,
      expected: 'a field that some lines have',
    });
  }
  return loaded;
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    const { message } = errorFacts(cause);
    throw new RaRftError({ code: 'io', message, where: path, expected: 'a JSONL file that can be read', cause });
  }
}

function parseLine(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unusable(`not valid JSON: ${text.slice(0, 80)}`, 'one JSON object a line', 'Mend or remove the line.');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw unusable(`not a JSON object: ${text.slice(0, 80)}`, 'one JSON object a line');
  }
  return value as JsonObject;
}

function required(record: JsonObject, fields: FieldNames, options: LoadOptions): { question: string; answer: string } {
  const [question, answer] = (['question', 'answer'] as const).map((key) => {
    const text = optional(record, fields[key], key);
    if (text === undefined) throw missing(record, fields[key], key);
    return text;
  }) as [string, string];
  const reason = options.checkAnswer?.(answer);
  if (reason !== undefined) {
    throw new UnverifiableAnswer({
      code: 'data',
      message: `answer ${JSON.stringify(answer.slice(0, 60))} cannot be verified: ${reason}`,
      expected: 'an answer the verifier can read',
      hint: 'Mend the answer, choose another reward, or set data.unverifiable to skip.',
    });
  }
  return { question, answer };
}

/** The text of a field; undefined where it is absent or empty. A value of another kind is an error, never dropped. */
function optional(record: JsonObject, name: string, key: string): string | undefined {
  const value = readField(record, name);
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

/** A line that is whole but has an answer that no response could be judged against. */
class UnverifiableAnswer extends RaRftError {}

function missing(record: JsonObject, name: string, key: string): RaRftError {
  const empty = 'text' in readField(record, name);
  const near = nearestField(record, key);
  return unusable(
    empty
      ? `field ${name} (${key}) is empty`
      : `field ${name} (${key}) is missing; the line has: ${Object.keys(record).join(', ').slice(0, 200)}`,
    `a text in ${name}`,
    !empty && near !== undefined ? `Did you mean ${near}? Then set fields.${key}: ${near}` : undefined,
  );
}

function unusable(message: string, expected?: string, hint?: string): RaRftError {
  const facts: ErrorFacts = { code: 'data', message };
  if (expected !== undefined) facts.expected = expected;
  if (hint !== undefined) facts.hint = hint;
  return new RaRftError(facts);
}

/** Drops undefined members, so that items written and read again are equal. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined && v !== '')) as T;
}
