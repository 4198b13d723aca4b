/** JSON Lines: reading with file and line in every error, appending so that a crash loses at most the last line. */
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { RaRftError } from './errors.js';

/** A parsed line and its 1-based number. */
export interface JsonlLine<T> {
  line: number;
  value: T;
}

/** Streams a JSONL file; empty lines are skipped. Throws `data` with `file:line` at a line that is not JSON. */
export async function* readJsonl<T = unknown>(path: string): AsyncGenerator<JsonlLine<T>> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    let value: T;
    try {
      value = JSON.parse(text) as T;
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
    yield { line, value };
  }
}

/** All values of a JSONL file in order. */
export async function readJsonlAll<T = unknown>(path: string): Promise<T[]> {
  const out: T[] = [];
  for await (const { value } of readJsonl<T>(path)) out.push(value);
  return out;
}

/**
 * Appends values to a JSONL file, one write a call. Opening cuts a torn last line (one without its newline),
 * which is all that a crash can leave behind.
 */
export class JsonlWriter {
  private readonly file: FileHandle;

  private constructor(file: FileHandle) {
    this.file = file;
  }

  static async open(path: string): Promise<JsonlWriter> {
    await mkdir(dirname(path), { recursive: true });
    await cutTornLine(path);
    return new JsonlWriter(await open(path, 'a'));
  }

  async append(...values: unknown[]): Promise<void> {
    if (values.length === 0) return;
    await this.file.appendFile(values.map((v) => `${JSON.stringify(v)}\n`).join(''));
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/** Cuts what follows the last newline of a file; does nothing where the file is missing or whole. */
export async function cutTornLine(path: string): Promise<void> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!bytes || bytes.length === 0) return;
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) await truncate(path, end);
}
