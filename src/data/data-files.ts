/** The files that a user names: paths as they are, patterns (`data/*.jsonl`) as the files that match. */
import { isAbsolute, join } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { RaRftError } from '../core/errors.js';
import { exists } from '../core/missing.js';

/**
 * Paths in the order in which they are named, those of a pattern by name, each once. A file whose very name looks like a
 * pattern is that file. Throws `io` where a pattern matches nothing.
 */
export async function dataFiles(names: string | readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of [names].flat()) {
    if (!isDynamicPattern(name) || (await exists(name))) found.push(name);
    else found.push(...(await matching(name)));
  }
  return [...new Set(found)];
}

async function matching(pattern: string): Promise<string[]> {
  const { folder, rest } = await splitPattern(pattern);
  const paths = await glob(rest, { cwd: folder, onlyFiles: true, expandDirectories: false });
  if (paths.length > 0) return paths.toSorted((a, b) => (a < b ? -1 : 1)).map((path) => join(folder, path));
  const message = `no file matches ${pattern}`;
  throw new RaRftError({ code: 'io', message, where: pattern, expected: 'a pattern that matches data files' });
}

/** The folders that a pattern begins with, as they are, though their names may hold signs of patterns; and what is left. */
async function splitPattern(pattern: string): Promise<{ folder: string; rest: string }> {
  const parts = pattern.split('/');
  let folder = isAbsolute(pattern) ? '/' : '.';
  while (parts.length > 1 && (parts[0] === '' || (await exists(join(folder, parts[0]!)))))
    folder = join(folder, parts.shift()!);
  return { folder, rest: parts.join('/') };
}
