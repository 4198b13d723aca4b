/**
 * Policies as folders: a checkpoint that holds its weights, or `policy.json` with the handle of weights that are kept elsewhere.
 * Either way a folder is all that a training or a stage has to know.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { writeFolderAtomic, writeJsonAtomic } from '../core/files.js';
import { ignoreMissing } from '../core/missing.js';
import type { OpenOptions, Policy, PolicyEngine, PolicyRef } from './types.js';

const HANDLE = 'policy.json';

/** The policy whose weights are in a folder. */
export function folderRef(path: string): PolicyRef {
  return { kind: 'folder', path };
}

/** Saves a policy as a folder, whole or not at all; `fill` may add files to it. */
export async function savePolicy(
  policy: Policy,
  folder: string,
  what: { optimizer: boolean },
  fill: (temporary: string) => Promise<void> = async () => {},
): Promise<void> {
  await writeFolderAtomic(folder, async (temporary) => {
    const ref = await policy.checkpoint(temporary, what);
    if (ref.kind === 'remote') await writeJsonAtomic(join(temporary, HANDLE), ref);
    await fill(temporary);
  });
}

/** Runs with the policy in a folder, opened to sample and score, and disposes of it. */
export async function withPolicy<T>(
  engine: PolicyEngine,
  folder: string,
  use: (policy: Policy) => Promise<T>,
  options: Pick<OpenOptions, 'base'> = {},
): Promise<T> {
  const policy = await engine.open(await policyRefOf(folder), options);
  try {
    return await use(policy);
  } finally {
    await policy.dispose();
  }
}

/** What to open for the policy in a folder. Throws `model` where its handle is damaged. */
export async function policyRefOf(folder: string): Promise<PolicyRef> {
  const file = join(folder, HANDLE);
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  if (text === undefined) return folderRef(folder);
  try {
    const { kind, uri } = JSON.parse(text) as { kind?: unknown; uri?: unknown };
    if (kind === 'remote' && typeof uri === 'string') return { kind, uri };
  } catch {
    // Falls through to the error below, which names the file.
  }
  throw new RaRftError({
    code: 'model',
    message: `${HANDLE} is damaged`,
    where: file,
    expected: '{"kind": "remote", "uri": "tinker://..."}',
    hint: 'Remove the folder to train anew.',
  });
}
