/** Folders that are compared with each other, runs or evaluations: their names, and how their settings differ. Pure. */
import { basename, resolve } from 'node:path';
import { RaRftError } from '../core/errors.js';
import type { ConfigDifference } from '../runs/run-folder.js';

/** The name of each folder: its last part, or the whole path where two have the same. Throws `usage` where one is named twice. */
export function folderNames(roots: readonly string[], kind: 'run' | 'evaluation'): string[] {
  const twice = roots.find((root, i) => roots.some((other, j) => j < i && resolve(other) === resolve(root)));
  if (twice !== undefined) {
    throw new RaRftError({
      code: 'usage',
      message: `the ${kind} ${twice} is named twice`,
      where: twice,
      expected: `${kind}s to compare with each other`,
    });
  }
  const names = roots.map((root) => basename(resolve(root)));
  return names.map((name, i) => (names.filter((other) => other === name).length === 1 ? name : roots[i]!));
}

/** What differs, a text for each key: the value of the first, and that of this one. */
export function differenceTexts(differences: readonly ConfigDifference[]): string[] {
  return differences.map(({ key, a, b }) => `${key}: ${JSON.stringify(a ?? null)} and ${JSON.stringify(b ?? null)}`);
}
