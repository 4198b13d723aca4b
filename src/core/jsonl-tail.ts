/** A JSONL file that grows under another process: what is new since the last look, without reading the rest again. */
import { open } from 'node:fs/promises';
import { RaRftError } from './errors.js';
import { ignoreMissing } from './missing.js';

/** Bytes read at a time. */
const PIECE = 2 ** 20;

export interface TailLook<T> {
  values: T[];
  /** Another file is there than before, or less of it: these are its values from the beginning. */
  anew: boolean;
}

/** Reads what follows from where it stands; a last line that is not whole yet waits. */
export class JsonlTail<T> {
  private readonly path: string;
  /** Which file it is, and where in it the next line begins. */
  private file = '';
  private offset = 0;

  /** `from` is the {@link position} of an earlier one; a file that has been replaced since is read from its beginning. */
  constructor(path: string, from?: string) {
    this.path = path;
    const [, file, offset] = /^(.+)@(\d{1,15})$/.exec(from ?? '') ?? [];
    if (file === undefined || offset === undefined) return;
    this.file = file;
    this.offset = Number(offset);
  }

  /** Where it stands, for a later one. */
  get position(): string {
    return `${this.file}@${this.offset}`;
  }

  /** Throws `data` at a whole line that is no JSON. */
  async look(): Promise<TailLook<T>> {
    const handle = await open(this.path, 'r').catch(ignoreMissing);
    if (!handle) return this.startAgain('');
    try {
      const { ino, birthtimeMs, size } = await handle.stat();
      const file = `${ino}-${Math.round(birthtimeMs)}`;
      const look = file === this.file && size >= this.offset ? { values: [], anew: false } : this.startAgain(file);
      let rest = Buffer.alloc(0);
      while (this.offset + rest.length < size) {
        const piece = Buffer.alloc(Math.min(PIECE, size - this.offset - rest.length));
        const { bytesRead } = await handle.read(piece, 0, piece.length, this.offset + rest.length);
        if (bytesRead === 0) break;
        const text = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
        const end = text.lastIndexOf(0x0a) + 1;
        for (const line of text.toString('utf8', 0, end).split('\n'))
          if (line.trim() !== '') look.values.push(this.parsed(line));
        this.offset += end;
        rest = text.subarray(end);
      }
      return look;
    } finally {
      await handle.close();
    }
  }

  private startAgain(file: string): TailLook<T> {
    const anew = this.file !== file || this.offset > 0;
    this.file = file;
    this.offset = 0;
    return { values: [], anew };
  }

  private parsed(line: string): T {
    try {
      return JSON.parse(line) as T;
    } catch (cause) {
      const where = this.path;
      throw new RaRftError({ code: 'data', message: `not valid JSON: ${line.slice(0, 80)}`, where, cause });
    }
  }
}
