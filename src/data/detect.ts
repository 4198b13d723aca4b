/** What the fields of a file hold, found by looking at it: for `init --data`, and for errors that name the right mapping. */
import { DEFAULT_FIELDS, formPresetNames, type DataPresetName, type FieldNames } from '../config/data-presets.js';
import { errorFacts } from '../core/errors.js';
import { fieldNames, readField, USUAL_NAMES } from './fields.js';
import { finalAnswer } from './final-answer.js';
import { goldOf, proseProblem } from './gold.js';
import { goldIn, readingOf } from './reading.js';
import { readRecords } from './records.js';

/** A mapping under which the records of a file can be read. */
export interface Mapping {
  preset: DataPresetName;
  /** Names that differ from the preset's. */
  fields: Partial<FieldNames>;
  /** Where each thing that the records have was found. */
  found: Partial<Record<keyof FieldNames, string>>;
}

/** What a file looks like. */
export interface FileLook {
  /** Records looked at. */
  records: number;
  /** Names of all their fields, those of nested objects with dots. */
  names: string[];
  /** Undefined where no field looks like a question, or none like its answer. */
  mapping?: Mapping;
}

type Row = Record<string, unknown>;

/** Records that are looked at. */
const SAMPLE = 200;
/** Share of the records that must have a question and an answer. */
const MOST = 0.8;

/** Looks at the first records of a file. Throws `io` or `data` where it cannot be read as a whole. */
export async function lookAtFile(path: string): Promise<FileLook> {
  const rows: Row[] = [];
  for await (const line of readRecords(path)) {
    if ('record' in line) rows.push(line.record);
    if (rows.length >= SAMPLE) break;
  }
  const names = [...new Set(rows.flatMap(fieldNames))];
  const mapping = rows.length === 0 ? undefined : (presetMapping(rows, names) ?? guessedMapping(rows, names));
  return { records: rows.length, names, ...(mapping && { mapping }) };
}

/** The preset that finds most in the records, of those that find questions and answers. */
function presetMapping(rows: readonly Row[], names: readonly string[]): Mapping | undefined {
  const mappings = formPresetNames
    .map((preset) => complete({ preset, fields: {}, found: {} }, rows, names))
    .filter((mapping) => works(mapping, rows) && (mapping.preset !== 'gsm8k' || holdsSolutions(rows)));
  const own = ({ preset, fields, found }: Mapping) =>
    Object.keys(found).length * 2 - Object.keys(fields).length - (preset === 'trl' ? 1 : 0);
  return mappings.toSorted((a, b) => own(b) - own(a))[0];
}

/** Question and answer under any usual name. */
function guessedMapping(rows: readonly Row[], names: readonly string[]): Mapping | undefined {
  const question = namedAs('question', names).find((name) => share(rows, (row) => has(row, name, 'question')) >= MOST);
  if (question === undefined) return undefined;
  for (const answer of namedAs('answer', names)) {
    const fields = { ...own('question', question), ...own('answer', answer) };
    const mapping = complete({ preset: 'plain', fields, found: {} }, rows, names);
    if (works(mapping, rows)) return mapping;
  }
  return undefined;
}

/** Adds what else the records have under usual names, and says what was found where. */
function complete(mapping: Mapping, rows: readonly Row[], names: readonly string[]): Mapping {
  const fields = { ...mapping.fields };
  const found: Mapping['found'] = {};
  const { fields: base, answers } = readingOf({ preset: mapping.preset, fields });
  for (const key of Object.keys(DEFAULT_FIELDS) as (keyof FieldNames)[]) {
    if (key === 'answer') {
      const from = answers.find((name) => share(rows, (row) => has(row, name, key)) >= MOST);
      if (from !== undefined) found.answer = from;
      continue;
    }
    const candidates = [base[key], ...(key === 'question' ? [] : namedAs(key, names))];
    const name = candidates.find(
      (candidate) => usable(key, candidate, rows) && !isTaken(key, candidate, { ...base, ...fields }),
    );
    if (
      name === undefined ||
      (key === 'solution' && name === found.answer && !rows.some((row) => isSolution(row, name)))
    ) {
      continue;
    }
    found[key] = name;
    if (name !== base[key]) fields[key] = name;
  }
  return { preset: mapping.preset, fields, found };
}

/** Whether a field that has the answer has more than that. */
function isSolution(row: Row, name: string): boolean {
  const value = readField(row, name, 'answer');
  if (!('text' in value)) return false;
  const gold = goldOf(value.text);
  return 'answer' in gold && gold.answer !== value.text;
}

/** A solution and an answer may stand in one field, by design of the preset only. */
function isTaken(key: keyof FieldNames, name: string, fields: FieldNames): boolean {
  return fields[key] !== name && Object.values(fields).includes(name);
}

function usable(key: keyof FieldNames, name: string, rows: readonly Row[]): boolean {
  const texts = rows.flatMap((row) => {
    const value = readField(row, name, key);
    return 'text' in value && value.text !== '' ? [value.text] : [];
  });
  if (texts.length === 0) return false;
  return key !== 'id' || (texts.length === rows.length && new Set(texts).size === rows.length);
}

function works(mapping: Mapping, rows: readonly Row[]): boolean {
  const reading = readingOf(mapping);
  const whole = (row: Row) => {
    try {
      const { answer } = goldIn(row, reading);
      return proseProblem(answer) === undefined && has(row, reading.fields.question, 'question');
    } catch (error) {
      if (errorFacts(error).code !== 'data') throw error;
      return false;
    }
  };
  return share(rows, whole) >= MOST;
}

/** GSM8K as published: answers are solutions that end in `####`. */
function holdsSolutions(rows: readonly Row[]): boolean {
  const hashes = (row: Row) => {
    const value = readField(row, 'answer');
    const found = 'text' in value ? finalAnswer(value.text) : undefined;
    return found !== undefined && 'mark' in found && found.mark === 'hashes' && found.rest.trim() !== '';
  };
  return share(rows, hashes) >= MOST;
}

function has(row: Row, name: string, key: string): boolean {
  const value = readField(row, name, key);
  return 'text' in value && value.text !== '';
}

function share(rows: readonly Row[], holds: (row: Row) => boolean): number {
  return rows.filter(holds).length / rows.length;
}

/** Names of the file that are usual for a key, the likeliest first. */
function namedAs(key: keyof FieldNames, names: readonly string[]): string[] {
  return USUAL_NAMES[key].flatMap((usual) => names.filter((name) => name.toLowerCase() === usual));
}

function own(key: keyof FieldNames, name: string): Partial<FieldNames> {
  return name === DEFAULT_FIELDS[key] ? {} : { [key]: name };
}

/** A mapping in the words of a configuration: `preset: math, fields.id: uuid`. */
export function mappingText({ preset, fields }: Mapping): string {
  const names = Object.entries(fields).map(([key, name]) => `fields.${key}: ${name}`);
  return [...(preset === 'plain' ? [] : [`preset: ${preset}`]), ...names].join(', ');
}
