/**
 * What a build has decided so far: one line a record in the order of the input, behind a line that says which build it is.
 * A killed build goes on after its last whole batch; at the end the lines are dealt out to the files of the corpus.
 */
import { existsSync } from 'node:fs';
import { rm, truncate } from 'node:fs/promises';
import { openWhole } from '../core/closing.js';
import { JsonlWriter, readJsonl, readJsonlTolerant } from '../core/jsonl.js';
import { measureLines } from '../core/lines.js';
import type { Outcome } from './types.js';
import { ignoreMissing } from '../core/missing.js';

interface Header {
  build: string;
}

/** An outcome and its place; a kept trace does not say its place itself. */
export type JournalLine = Outcome & { where: string };

export class Journal {
  /** Records decided so far. */
  readonly decided: number;
  private readonly writer: JsonlWriter;
  private readonly path: string;

  private constructor(path: string, writer: JsonlWriter, decided: number) {
    this.path = path;
    this.writer = writer;
    this.decided = decided;
  }

  /** Opens the journal of a build; one of another build is begun anew. `batch` is the number of records a batch. */
  static async open(path: string, build: string, batch: number): Promise<Journal> {
    const found = await measureLines(path).catch(ignoreMissing);
    const header = found && found.lines > 0 ? await firstLine<Header>(path) : undefined;
    let lines = 0;
    if (found && header?.build === build) {
      const whole = await measureLines(path, 1 + Math.floor((found.lines - 1) / batch) * batch);
      await truncate(path, whole.bytes);
      lines = whole.lines;
    } else {
      await rm(path, { force: true });
    }
    return openWhole(async (own) => {
      const writer = own(await JsonlWriter.open(path));
      if (lines === 0) await writer.append({ build } satisfies Header);
      return new Journal(path, writer, Math.max(0, lines - 1));
    });
  }

  /** Whether the file at `path` is a journal, of whatever build. */
  static async isOne(path: string): Promise<boolean> {
    if (!existsSync(path)) return false;
    for await (const line of readJsonlTolerant(path)) {
      return 'value' in line && typeof (line.value as Partial<Header> | null)?.build === 'string';
    }
    return true; // a kill before the first line
  }

  append(lines: readonly JournalLine[]): Promise<void> {
    return this.writer.append(...lines);
  }

  /** All decided lines, in order. */
  async *lines(): AsyncGenerator<JournalLine> {
    for await (const { line, value } of readJsonl<JournalLine>(this.path)) if (line > 1) yield value;
  }

  close(): Promise<void> {
    return this.writer.close();
  }
}

async function firstLine<T>(path: string): Promise<T | undefined> {
  for await (const { value } of readJsonl<T>(path)) return value;
  return undefined;
}
