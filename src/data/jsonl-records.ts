/** JSON Lines as bytes: a bad line is told and passed over, a huge one is never held in memory. */
import { createReadStream } from 'node:fs';
import { errorFacts, RaRftError } from '../core/errors.js';
import type { ReadOptions, RecordLine } from './record-line.js';

const DEFAULT_MAX_LINE_BYTES = 8 * 2 ** 20;
const NEWLINE = 0x0a;
/** Blank, tab, carriage return: a line of these is empty. */
const BLANKS = new Set([0x20, 0x09, 0x0d]);

/** A line's bytes, or how many there were of one that is too long. */
type RawLine = { line: number } & ({ bytes: Buffer } | { length: number });

/** Streams the lines of a file; empty ones are skipped but counted. Throws `io` where the file cannot be read. */
export async function* readJsonlRecords(path: string, options: ReadOptions = {}): AsyncGenerator<RecordLine> {
  const { maxLineBytes = DEFAULT_MAX_LINE_BYTES } = options;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const raw of rawLines(path, maxLineBytes)) {
    const at = { where: `${path}:${raw.line}`, line: raw.line };
    if ('length' in raw) {
      const problem = `a line of ${megabytes(raw.length)} MB`;
      yield { ...at, problem, expected: `at most ${megabytes(maxLineBytes)} MB a line` };
      continue;
    }
    const parsed = parseBytes(raw.bytes, (bytes) => decoder.decode(bytes));
    yield 'record' in parsed ? { ...at, record: parsed.record } : { ...at, ...parsed };
  }
}

/** How many lines of a file are not empty. */
export async function countLines(path: string): Promise<number> {
  let lines = 0;
  let blank = true;
  for await (const chunk of chunksOf(path)) {
    for (let from = 0; from < chunk.length;) {
      const at = chunk.indexOf(NEWLINE, from);
      const end = at < 0 ? chunk.length : at;
      blank &&= isBlank(chunk.subarray(from, end));
      from = end + 1;
      if (at < 0) break;
      if (!blank) lines++;
      blank = true;
    }
  }
  return lines + (blank ? 0 : 1);
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

async function* rawLines(path: string, maxBytes: number): AsyncGenerator<RawLine> {
  let parts: Buffer[] = [];
  let length = 0;
  let line = 0;
  const keep = (part: Buffer) => {
    length += part.length;
    if (length > maxBytes) parts = [];
    else parts.push(part);
  };
  const finish = (): RawLine[] => {
    line++;
    const bytes = length <= maxBytes ? Buffer.concat(parts) : undefined;
    const found: RawLine = bytes ? { line, bytes } : { line, length };
    parts = [];
    length = 0;
    return bytes && isBlank(bytes) ? [] : [found];
  };
  for await (const chunk of chunksOf(path)) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, at));
      yield* finish();
      from = at + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  }
  if (length > 0) yield* finish();
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) yield chunk as Buffer;
  } catch (cause) {
    const { message } = errorFacts(cause);
    throw new RaRftError({ code: 'io', message, where: path, expected: 'a JSONL file that can be read', cause });
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => BLANKS.has(byte));
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1).replace(/\.0$/, '');
}
