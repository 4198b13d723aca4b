/** JSON Lines: reading with file and line in every error, appending so that a crash loses at most the last line. */
import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RaRftError } from './errors.js';
import { namePath, writeFileAtomic } from './files.js';
import { readLines } from './lines.js';
import { ignoreMissing } from './missing.js';

/** A parsed line and its 1-based number. */
export interface JsonlLine<T> {
  line: number;
  value: T;
}

/** Streams a JSONL file; empty lines are skipped. Throws `data` with `file:line` at a line that is not JSON. */
export async function* readJsonl<T = unknown>(path: string): AsyncGenerator<JsonlLine<T>> {
  for await (const { line, text } of textLines(path)) yield { line, value: parseLine<T>(text, path, line) };
}

/** As {@link readJsonl}, but a line that is not JSON comes as its error, and the rest goes on. */
export async function* readJsonlTolerant(
  path: string,
): AsyncGenerator<JsonlLine<unknown> | { line: number; error: RaRftError }> {
  for await (const { line, text } of textLines(path)) {
    try {
      yield { line, value: parseLine<unknown>(text, path, line) };
    } catch (error) {
      if (!(error instanceof RaRftError)) throw error;
      yield { line, error };
    }
  }
}

/** Lines that hold something, as text; a byte order mark is none of it. */
async function* textLines(path: string): AsyncGenerator<{ line: number; text: string }> {
  for await (const raw of readLines(path)) {
    const text = 'bytes' in raw ? raw.bytes.toString('utf8').replace(/^\uFEFF/, '') : '';
    if (text.trim() !== '') yield { line: raw.line, text };
  }
}

/** All values of a JSONL file in order. */
export async function readJsonlAll<T = unknown>(path: string): Promise<T[]> {
  const out: T[] = [];
  for await (const { value } of readJsonl<T>(path)) out.push(value);
  return out;
}

/** As {@link readJsonlAll}, of a file that somebody may be writing to: a last line that is not whole yet is left out. */
export async function readJsonlSoFar<T = unknown>(path: string): Promise<T[]> {
  const lines = [];
  for await (const line of readJsonlTolerant(path)) lines.push(line);
  const last = lines.at(-1);
  const torn = last !== undefined && 'error' in last && !(await readFile(path, 'utf8')).endsWith('\n');
  return (torn ? lines.slice(0, -1) : lines).map((line) => {
    if ('error' in line) throw line.error;
    return line.value as T;
  });
}

/** Values as JSON Lines: one a line, each with its newline. */
export function jsonlText(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** Characters of a piece of a file; a longer line is a piece by itself. */
const PIECE = 2 ** 20;

/** Values as JSON Lines in pieces of about a million characters: the text of many may be longer than a string can be. */
export function* jsonlPieces(values: Iterable<unknown>): Generator<string> {
  let text = '';
  for (const value of values) {
    text += `${JSON.stringify(value)}\n`;
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** Writes values as a JSONL file, whole or not at all. */
export async function writeJsonlAtomic(path: string, values: Iterable<unknown>): Promise<void> {
  await writeFileAtomic(path, jsonlPieces(values));
}

/** Values that {@link JsonlWriter.appendAll} writes at a time. */
const CHUNK = 1000;

/**
 * Appends values to a JSONL file, one write a call, one after the other: calls may overlap and their lines never mix. Opening
 * cuts a torn last line (one without its newline), which is all that a crash can leave behind. After a write that failed
 * nothing more is written: it may have left half a line.
 */
export class JsonlWriter {
  private readonly file: FileHandle;
  private readonly path: string;
  /** The last write. */
  private written = Promise.resolve();

  private constructor(file: FileHandle, path: string) {
    this.file = file;
    this.path = path;
  }

  static async open(path: string): Promise<JsonlWriter> {
    await mkdir(dirname(path), { recursive: true });
    await mendLastLine(path);
    return new JsonlWriter(await open(path, 'a'), path);
  }

  async append(...values: unknown[]): Promise<void> {
    if (values.length === 0) return;
    const text = jsonlText(values);
    this.written = this.written.then(() => this.file.appendFile(text));
    try {
      await this.written;
    } catch (error) {
      throw namePath(error, this.path);
    }
  }

  /** As {@link append} for any number of values, in several writes. */
  async appendAll(values: readonly unknown[]): Promise<void> {
    for (let from = 0; from < values.length; from += CHUNK) await this.append(...values.slice(from, from + CHUNK));
  }

  /** Waits for the writes under way and closes the file. */
  async close(): Promise<void> {
    await this.written.catch(() => undefined); // whoever made that write was told
    await this.file.close();
  }
}

const tailBytes = 64 * 1024;

/**
 * Ends a JSONL file with a whole line: what follows the last newline is cut where a crash tore it, and gets its newline where
 * it is a whole value (an editor left it out). Does nothing where the file is missing or whole. Reads only its tail.
 */
export async function mendLastLine(path: string): Promise<void> {
  const file = await open(path, 'r+').catch(ignoreMissing);
  if (!file) return;
  try {
    const { size } = await file.stat();
    const start = await lastLineStart(file, size);
    if (start === size) return;
    const last = Buffer.alloc(size - start);
    await file.read(last, 0, last.length, start);
    if (isJson(last.toString('utf8'))) await file.write('\n', size);
    else await file.truncate(start);
  } finally {
    await file.close();
  }
}

/** Where what follows the last newline begins; `size` where nothing does. */
async function lastLineStart(file: FileHandle, size: number): Promise<number> {
  const buffer = Buffer.alloc(Math.min(tailBytes, size));
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - buffer.length);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    const newline = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Keeps the lines of a JSONL file for which `keep` holds, byte for byte, and writes it anew; a torn last line goes. */
export async function cutJsonl<T>(path: string, keep: (value: T) => boolean): Promise<void> {
  await mendLastLine(path);
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  if (text === undefined) return;
  const lines = text.split('\n').slice(0, -1);
  const kept: string[] = [];
  for (const [at, line] of lines.entries()) {
    if (line.trim() !== '' && keep(parseLine<T>(line, path, at + 1))) kept.push(line);
  }
  if (kept.length < lines.length) await writeFileAtomic(path, kept.map((line) => `${line}\n`).join(''));
}

/** Puts the lines of a JSONL file in order, byte for byte, equal ones as they stood; writes it anew only where it was not. */
export async function sortJsonl<T>(path: string, compare: (a: T, b: T) => number): Promise<void> {
  await mendLastLine(path);
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  if (text === undefined) return;
  const lines = text.split('\n').slice(0, -1);
  const sorted = lines
    .map((line, at) => ({ line, value: parseLine<T>(line, path, at + 1) }))
    .toSorted((a, b) => compare(a.value, b.value))
    .map(({ line }) => line);
  if (sorted.some((line, at) => line !== lines[at]))
    await writeFileAtomic(path, sorted.map((line) => `${line}\n`).join(''));
}

function parseLine<T>(text: string, path: string, line: number): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new RaRftError({
      code: 'data',
      message: `not valid JSON: ${text.slice(0, 80)}`,
      where: `${path}:${line}`,
      expected: 'one JSON object a line',
      hint: 'Mend or remove the line.',
      cause,
    });
  }
}
