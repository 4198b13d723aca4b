/** Exports go into folders of their own. */
import { readdir } from 'node:fs/promises';
import { RaRftError } from '../core/errors.js';
import { ignoreMissing } from '../core/missing.js';

/** Whatever stands there may have been added to or trained from: nothing is replaced. */
export async function refuseFilled(out: string): Promise<void> {
  const names = (await readdir(out).catch(ignoreMissing)) ?? [];
  if (names.length === 0) return;
  throw new RaRftError({
    code: 'io',
    message: `the folder holds files (${names.slice(0, 3).join(', ')}${names.length > 3 ? `, and ${names.length - 3} more` : ''})`,
    where: out,
    expected: 'a folder that is new or empty',
    hint: 'Name another one with --out, or move that one away.',
  });
}
