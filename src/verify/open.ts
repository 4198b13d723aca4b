/** From the configuration's `reward` to a verifier. */
import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { openModuleVerifier, type ModuleVerifierOptions } from './module.js';
import { numericVerifier } from './numeric.js';
import type { Verifier } from './types.js';

export interface OpenVerifierOptions extends ModuleVerifierOptions {
  /** Folder that a relative module path starts from (the configuration file's). Default: the current one. */
  baseFolder?: string;
}

/**
 * Opens the verifier a configuration names: `boxed`, or the path of a module. Throws `config` for an unknown name or a
 * missing file, `verifier` where the module cannot be loaded.
 */
export async function openVerifier(reward: string, options: OpenVerifierOptions = {}): Promise<Verifier> {
  if (reward === 'boxed') return numericVerifier;
  if (!/\.(?:mjs|cjs|js|mts|ts)$/.test(reward)) {
    throw new RaRftError({
      code: 'config',
      message: `no verifier is named ${JSON.stringify(reward)}`,
      where: 'reward',
      expected: 'boxed, or the path of a module (./reward.mjs)',
    });
  }
  const path = isAbsolute(reward) ? reward : resolve(options.baseFolder ?? '.', reward);
  const found = await stat(path).then(
    (s) => s.isFile(),
    () => false,
  );
  if (!found) {
    throw new RaRftError({
      code: 'config',
      message: `the reward module ${path} does not exist`,
      where: 'reward',
      expected: 'a file, relative to the configuration file',
    });
  }
  return openModuleVerifier(path, options);
}
