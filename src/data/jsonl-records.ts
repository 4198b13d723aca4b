/** JSON Lines with every line judged by itself: a broken, huge or mis-encoded one is told and passed over. */
import { errorFacts, RaRftError } from '../core/errors.js';
import { readLines } from '../core/lines.js';
import type { ReadOptions, RecordLine } from './record-line.js';

const DEFAULT_MAX_LINE_BYTES = 8 * 2 ** 20;
/** Blank, tab, carriage return: a line of these is empty. */
const BLANKS = new Set([0x20, 0x09, 0x0d]);

/** Streams the records of a file; empty lines are skipped but counted. Throws `io` where the file cannot be read. */
export async function* readJsonlRecords(path: string, options: ReadOptions = {}): AsyncGenerator<RecordLine> {
  const { maxLineBytes = DEFAULT_MAX_LINE_BYTES } = options;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const raw of readLines(path, maxLineBytes)) {
      const at = { where: `${path}:${raw.line}`, line: raw.line };
      if ('tooLong' in raw) {
        const problem = `a line of ${megabytes(raw.tooLong)} MB`;
        yield { ...at, problem, expected: `at most ${megabytes(maxLineBytes)} MB a line` };
      } else if (!isBlank(raw.bytes)) {
        yield { ...at, ...parseBytes(raw.bytes, (bytes) => decoder.decode(bytes)) };
      }
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** How many lines of a file are not empty. Throws `io` where it cannot be read. */
export async function countJsonlRecords(path: string): Promise<number> {
  let count = 0;
  try {
    // Only whether a line is blank matters: a longer one is not.
    for await (const raw of readLines(path, 1024)) if ('tooLong' in raw || !isBlank(raw.bytes)) count++;
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return count;
}

function parseBytes(
  bytes: Buffer,
  decode: (bytes: Buffer) => string,
): { record: Record<string, unknown> } | { problem: string; expected: string } {
  let text: string;
  try {
    text = decode(bytes);
  } catch {
    return { problem: 'not valid UTF-8', expected: 'text in UTF-8' };
  }
  const expected = 'one JSON object a line';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: `not valid JSON: ${text.slice(0, 80)}`, expected };
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { problem: `not a JSON object: ${text.slice(0, 80)}`, expected };
  }
  return { record: value as Record<string, unknown> };
}

function unreadable(path: string, cause: unknown): RaRftError {
  const { message } = errorFacts(cause);
  return new RaRftError({ code: 'io', message, where: path, expected: 'a JSONL file that can be read', cause });
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => BLANKS.has(byte));
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1).replace(/\.0$/, '');
}
