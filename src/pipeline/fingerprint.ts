/** Hashes of what stages depend on: files and folders by content. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';

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

/** Hash of the files directly in a folder, by name and content. Throws `model` where there is no such folder. */
export async function hashModelFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new RaRftError({
      code: 'model',
      message: `there is no model folder ${folder}`,
      where: 'model.path',
      expected: 'a folder with config.json, tokenizer.json and *.safetensors',
      cause,
    });
  });
  const names = entries.filter((e) => !e.isDirectory() && !/\.md$/i.test(e.name)).map((e) => e.name);
  const hashes = [];
  for (const name of names.toSorted()) hashes.push([name, await hashFile(join(folder, name))]);
  return hashJson(hashes);
}
