/** The bytes of a data file as UTF-8, unpacked where it is compressed and recoded where it is UTF-16. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errorFacts, RaRftError } from '../core/errors.js';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** How the bytes of a file become text. */
export interface Packing {
  gzip: boolean;
  encoding: TextEncoding;
}

const CHUNK_BYTES = 2 ** 20;

/** Streams the text of a file as UTF-8. Throws `io` where it cannot be read, `data` where it is packed and damaged. */
export async function* textBytes(path: string, { gzip, encoding }: Packing): AsyncGenerator<Buffer> {
  const bytes = gzip ? unpackedBytes(path) : plainBytes(path);
  if (encoding === 'utf-8') {
    yield* bytes;
    return;
  }
  // Half a character at the end of a chunk waits for the next one.
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

/** The first bytes of a file, unpacked where asked for; fewer where it has no more. */
export async function firstBytes(path: string, count: number, gzip = false): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of gzip ? unpackedBytes(path) : plainBytes(path, Math.min(count, CHUNK_BYTES))) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= count) break;
  }
  return Buffer.concat(parts).subarray(0, count);
}

async function* plainBytes(path: string, highWaterMark = CHUNK_BYTES): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark })) yield chunk as Buffer;
  } catch (cause) {
    throw await unreadable(path, cause);
  }
}

async function* unpackedBytes(path: string): AsyncGenerator<Buffer> {
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), unpacked, () => {}); // its error reaches the loop below
  try {
    for await (const chunk of unpacked) yield chunk as Buffer;
  } catch (cause) {
    if (typeof (cause as NodeJS.ErrnoException).syscall === 'string') throw await unreadable(path, cause);
    throw new RaRftError({
      code: 'data',
      message: `cannot be unpacked: ${errorFacts(cause).message}`,
      where: path,
      expected: 'a whole gzip file',
      hint: 'Fetch or pack the file again.',
      cause,
    });
  }
}

/** Says that a file cannot be read, and why. */
export async function unreadable(path: string, cause: unknown): Promise<RaRftError> {
  const { message } = errorFacts(cause);
  const facts = { code: 'io', where: path, expected: 'a data file that can be read', cause } as const;
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) {
    const hint = `Name files: ${path}/*.jsonl takes all of that ending, ${path}/**/*.jsonl those in folders too.`;
    return new RaRftError({ ...facts, message: `${path} is a folder`, hint });
  }
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
    return new RaRftError({ ...facts, message: `there is no file ${path}`, hint: 'Check the path.' });
  }
  return new RaRftError({ ...facts, message });
}
