import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { importsOf } from '../../scripts/source-files.js';

const root = join(import.meta.dirname, '../..');

/** All files that loading a file loads; imports of types alone load nothing. */
function loadedBy(path: string, seen = new Map<string, string>()): Map<string, string> {
  if (seen.has(path)) return seen;
  const text = readFileSync(join(root, path), 'utf8').replace(/^(?:im|ex)port type [^;]*;/gm, '');
  seen.set(path, text);
  for (const { to } of importsOf({ path, text })) loadedBy(to, seen);
  return seen;
}

it('is quick to start: a thread of the math verifier loads no package', () => {
  const files = loadedBy('src/verify/math-worker.ts');
  expect(files.size).toBeGreaterThan(40);
  const packages = [...files].flatMap(([path, text]) =>
    [...text.matchAll(/\bfrom '([^.'][^']*)'/g)].map((match) => `${path}: ${match[1]}`),
  );
  expect(packages.filter((line) => !line.includes(': node:'))).toEqual([]);
});
