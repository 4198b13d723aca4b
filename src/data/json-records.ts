/** JSON Lines and JSON documents with every record judged by itself: a broken, huge or mis-encoded one is told and passed over. */
import { RaRftError } from '../core/errors.js';
import { linesOf, type RawLine } from '../core/lines.js';
import { textBytes } from './byte-stream.js';
import { parseExactJson } from './exact-json.js';
import type { FileForm } from './file-form.js';
import { BrokenDocument, jsonElements } from './json-elements.js';
import { DEFAULT_MAX_LINE_BYTES, megabytes, type ReadOptions, type RecordLine } from './record-line.js';

type JsonForm = Extract<FileForm, { format: 'jsonl' | 'json' }>;

/** Blank, tab, carriage return: a line of these is empty. */
const BLANKS = new Set([0x20, 0x09, 0x0d]);

/**
 * Streams the records of a file; empty lines of JSONL are skipped but counted. A record of a document has the line on which it
 * begins; where the document is a single line, its number. Throws `io` where the file cannot be read, `data` where it is damaged.
 */
export async function* readJsonRecords(
  path: string,
  form: JsonForm,
  options: ReadOptions = {},
): AsyncGenerator<RecordLine> {
  const { maxLineBytes = DEFAULT_MAX_LINE_BYTES } = options;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const each = form.format === 'jsonl' ? 'one JSON object a line' : 'a list of JSON objects';
  let count = 0;
  try {
    for await (const raw of rawRecords(path, form, maxLineBytes)) {
      if (isBlank(raw)) continue;
      count++;
      const line = form.format === 'json' && form.oneLine ? count : raw.line;
      const at = { where: `${path}:${line}`, line };
      if ('tooLong' in raw) {
        const problem = `a ${form.format === 'jsonl' ? 'line' : 'record'} of ${megabytes(raw.tooLong)} MB`;
        yield { ...at, problem, expected: `at most ${megabytes(maxLineBytes)} MB` };
      } else {
        yield { ...at, ...parseBytes(raw.bytes, (bytes) => decoder.decode(bytes), each) };
      }
    }
  } catch (error) {
    throw error instanceof BrokenDocument ? brokenDocument(path, error) : error;
  }
}

/** How many records a file has. Needs no parsing. */
export async function countJsonRecords(path: string, form: JsonForm): Promise<number> {
  let count = 0;
  try {
    // Only whether a line is blank matters: a longer one is not.
    for await (const raw of rawRecords(path, form, 1024)) if (!isBlank(raw)) count++;
  } catch (error) {
    throw error instanceof BrokenDocument ? brokenDocument(path, error) : error;
  }
  return count;
}

function rawRecords(path: string, form: JsonForm, maxBytes: number): AsyncGenerator<RawLine> {
  const bytes = textBytes(path, form);
  return form.format === 'jsonl' ? linesOf(bytes, maxBytes) : jsonElements(bytes, form, maxBytes);
}

function brokenDocument(path: string, { message, line }: BrokenDocument): RaRftError {
  return new RaRftError({ code: 'data', message, where: `${path}:${line}`, expected: 'one list of JSON objects' });
}

function parseBytes(
  bytes: Buffer,
  decode: (bytes: Buffer) => string,
  expected: string,
): { record: Record<string, unknown> } | { problem: string; expected: string } {
  let text: string;
  try {
    text = decode(bytes);
  } catch {
    return { problem: 'not valid UTF-8', expected: 'text in UTF-8' };
  }
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch {
    return { problem: `not valid JSON: ${text.slice(0, 80)}`, expected };
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { problem: `not a JSON object: ${text.slice(0, 80)}`, expected };
  }
  return { record: value as Record<string, unknown> };
}

function isBlank(raw: RawLine): boolean {
  return 'bytes' in raw && raw.bytes.every((byte) => BLANKS.has(byte));
}
