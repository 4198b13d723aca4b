/** Hashes of what stages depend on: model folders by content. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { hashFile } from '../core/hash-file.js';
import { hashJson } from '../core/hash.js';

/** Hash of the files directly in a folder, by name and content; hidden files and notes (.md) are no part of a model. Throws `model` where there is no such folder. */
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
  const names = entries.filter((e) => !e.isDirectory() && !/\.md$|^\./i.test(e.name)).map((e) => e.name);
  const hashes = [];
  for (const name of names.toSorted()) hashes.push([name, await hashFile(join(folder, name))]);
  return hashJson(hashes);
}
