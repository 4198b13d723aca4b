/** Problems and traces from JSONL or Parquet files: every line is checked, every error says file, line and field. */
import { errorFacts, RaRftError } from '../core/errors.js';
import { equationTemplate } from './equation-template.js';
import { DEFAULT_FIELDS, readField, type FieldNames } from './fields.js';
import { contentId } from './normalise.js';
import { missingField, optionalText, requiredText, unusable } from './record-text.js';
import { readRecords } from './records.js';
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
    const equation = optionalText(record, fields.equation, 'equation');
    const worked = equation === undefined ? undefined : workedSolution({ question, equation, answer });
    return defined({
      id: optionalText(record, fields.id, 'id') ?? contentId('p', question, answer),
      question,
      answer,
      type: optionalText(record, fields.type, 'type'),
      solution:
        optionalText(record, fields.solution, 'solution') ??
        (worked && 'solution' in worked ? worked.solution : undefined),
      source: optionalText(record, fields.source, 'source'),
      truth: optionalText(record, fields.truth, 'truth') ?? (equation && equationTemplate(question, equation)),
      split: optionalText(record, fields.split, 'split'),
    });
  });
}

/** Reads traces: as {@link loadProblems}, and every line needs its solution (or an equation that gives one). */
export async function loadTraces(path: string, options: LoadOptions = {}): Promise<Loaded<Trace>> {
  const fields = { ...DEFAULT_FIELDS, ...options.fields };
  return loadRecords(path, fields, options, (record) => {
    const { question, answer } = required(record, fields, options);
    const equation = optionalText(record, fields.equation, 'equation');
    const worked = equation === undefined ? undefined : workedSolution({ question, equation, answer });
    const trace =
      optionalText(record, fields.solution, 'solution') ??
      optionalText(record, 'trace', 'solution') ??
      (worked && 'solution' in worked ? worked.solution : undefined);
    if (trace === undefined) {
      if (worked && 'unsupported' in worked)
        throw unusable(`no solution, and none can be built: ${worked.unsupported}`);
      throw missingField(record, fields.solution, 'solution');
    }
    return defined({
      id: optionalText(record, fields.id, 'id') ?? contentId('t', question, trace),
      question,
      trace,
      answer,
      type: optionalText(record, fields.type, 'type'),
      source: optionalText(record, fields.source, 'source'),
      truth: optionalText(record, fields.truth, 'truth') ?? (equation && equationTemplate(question, equation)),
      split: optionalText(record, fields.split, 'split'),
    });
  });
}

/** Fields a line may lack; but one that the user names must stand in some line. */
const OPTIONAL = ['id', 'solution', 'type', 'truth', 'split', 'equation', 'source'] as const;

async function loadRecords<T extends { id: string }>(
  path: string,
  fields: FieldNames,
  options: LoadOptions,
  make: (record: Record<string, unknown>) => T,
): Promise<Loaded<T>> {
  const loaded: Loaded<T> = { items: [], skipped: [] };
  const lineOf = new Map<string, number>();
  const unseen = new Set(OPTIONAL.filter((key) => fields[key] !== DEFAULT_FIELDS[key]));
  for await (const found of readRecords(path, { fields: [...Object.values(fields), 'trace'] })) {
    const { where, line } = found;
    try {
      if ('problem' in found) throw unusable(found.problem, found.expected, 'Mend or remove the line.');
      const { record } = found;
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
      expected: 'at least one record',
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

function required(
  record: Record<string, unknown>,
  fields: FieldNames,
  options: LoadOptions,
): { question: string; answer: string } {
  const question = requiredText(record, fields.question, 'question');
  const answer = requiredText(record, fields.answer, 'answer');
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

/** A line that is whole but has an answer that no response could be judged against. */
class UnverifiableAnswer extends RaRftError {}

/** Drops undefined members, so that items written and read again are equal. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined && v !== '')) as T;
}
