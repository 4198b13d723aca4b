/** Lines of a file as bytes, split at line feeds and nothing else; a line that is too long is counted, not held. */
import { createReadStream } from 'node:fs';

const NEWLINE = 0x0a;

/** A line's bytes without its line feed, or its length where it is longer than was asked for. Numbered from 1. */
export type RawLine = { line: number } & ({ bytes: Buffer } | { tooLong: number });

/**
 * Streams the lines of a file, empty ones too; a last line without a line feed counts. (Node's readline also splits at
 * U+2028 and U+2029, which JSON texts may hold.) Rejects with the system's error where the file cannot be read.
 */
export function readLines(path: string, maxBytes = Infinity): AsyncGenerator<RawLine> {
  return linesOf(createReadStream(path, { highWaterMark: 2 ** 20 }), maxBytes);
}

/** As {@link readLines}, of bytes that come from anywhere. */
export async function* linesOf(chunks: AsyncIterable<Buffer>, maxBytes = Infinity): AsyncGenerator<RawLine> {
  let parts: Buffer[] = [];
  let length = 0;
  let line = 0;
  const take = (part: Buffer) => {
    length += part.length;
    if (length > maxBytes) parts = [];
    else parts.push(part);
  };
  const finish = (): RawLine => {
    line++;
    const found: RawLine = length > maxBytes ? { line, tooLong: length } : { line, bytes: Buffer.concat(parts) };
    parts = [];
    length = 0;
    return found;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at));
      yield finish();
      from = at + 1;
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (length > 0) yield finish();
}

/** How many whole lines a file has, at most `limit`, and the bytes they take up. */
export async function measureLines(path: string, limit = Infinity): Promise<{ lines: number; bytes: number }> {
  let lines = 0;
  let bytes = 0;
  let read = 0;
  if (limit <= 0) return { lines, bytes };
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    const chunk = part as Buffer;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) {
      lines++;
      bytes = read + at + 1;
      if (lines >= limit) return { lines, bytes };
    }
    read += chunk.length;
  }
  return { lines, bytes };
}
