/** Files that the command line writes where a person says: what stands there and is not ours stays. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { readJsonlTolerant } from '../core/jsonl.js';
import { exists } from '../core/missing.js';

/** Throws `usage` where a file exists; `option` is the argument that names it. */
export async function refuseExisting(file: string, option: string, hint: string): Promise<void> {
  if (!(await exists(file))) return;
  throw new RaRftError({
    code: 'usage',
    message: `${file} exists`,
    where: option,
    expected: 'a name that is free',
    hint,
  });
}

/** Throws `usage` where a file exists whose first line is no JSON object with the field `field`, as all that is written there has. */
export async function refuseForeignLines(file: string, option: string, field: string): Promise<void> {
  if (!(await exists(file)) || (await firstLineHas(file, field))) return;
  throw new RaRftError({
    code: 'usage',
    message: `${file} exists and was not written by this command`,
    where: option,
    expected: `a name that is free, or a file of lines with "${field}"`,
  });
}

/** Throws `usage` where two options name one file: reading and writing it at once would lose it. */
export function refuseSame(input: string, output: string, option: string): void {
  if (resolve(input) !== resolve(output)) return;
  throw new RaRftError({
    code: 'usage',
    message: `${output} is the input`,
    where: option,
    expected: 'another file',
  });
}

/** Throws `usage` where a file exists with another content than `text`. */
export async function refuseOtherText(file: string, where: string, text: string): Promise<void> {
  if (!(await exists(file)) || (await readFile(file, 'utf8')) === text) return;
  throw new RaRftError({
    code: 'usage',
    message: `${file} exists with other content`,
    where,
    expected: 'a folder without a file of that name',
    hint: 'Name another folder, or move the file away.',
  });
}

async function firstLineHas(file: string, field: string): Promise<boolean> {
  for await (const line of readJsonlTolerant(file)) {
    if (!('value' in line) || typeof line.value !== 'object' || line.value === null) return false;
    return field in line.value;
  }
  return true; // an empty file holds nothing to lose
}
