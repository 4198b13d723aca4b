/** Hash of a file by its content, streamed. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { RaRftError } from './errors.js';

/** The first 16 hex digits of the SHA-256 of a file. Throws `io` where it cannot be read. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (cause) {
    throw new RaRftError({
      code: 'io',
      message: `cannot read ${path}`,
      where: path,
      expected: 'a readable file',
      cause,
    });
  }
  return hash.digest('hex').slice(0, 16);
}
