/** From the configuration's `reward` to a verifier. */
import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { openMathVerifier, type MathVerifierOptions } from './math-verifier.js';
import { openModuleVerifier } from './module.js';
import { numericVerifier } from './numeric.js';
import type { Verifier } from './types.js';

export interface OpenVerifierOptions {
  /** Folder that a relative module path starts from (the configuration file's). Default: the current one. */
  baseFolder?: string;
  /** Longest time one pair may take, from the moment its work starts. Default: 30 seconds for math, 10 for a module. */
  timeoutMs?: number;
  /** Threads that judge at the same time. Default 2. */
  workers?: number;
  /** How `math` compares. */
  math?: Omit<MathVerifierOptions, 'timeoutMs' | 'workers'>;
}

/**
 * Opens the verifier a configuration names: `math`, `boxed`, or the path of a module. Throws `config` for an unknown name or a
 * missing file, `verifier` where the module cannot be loaded.
 */
export async function openVerifier(reward: string, options: OpenVerifierOptions = {}): Promise<Verifier> {
  const { math, baseFolder = '.', ...limits } = options;
  if (reward === 'math') return openMathVerifier({ ...math, ...limits });
  if (reward === 'boxed') return numericVerifier;
  if (!/\.(?:mjs|cjs|js|mts|ts)$/.test(reward)) {
    throw new RaRftError({
      code: 'config',
      message: `no verifier is named ${JSON.stringify(reward)}`,
      where: 'reward',
      expected: 'math, boxed, or the path of a module (./reward.mjs)',
    });
  }
  const path = isAbsolute(reward) ? reward : resolve(baseFolder, reward);
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
  return openModuleVerifier(path, limits);
}
