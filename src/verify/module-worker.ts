/** Worker of the module verifier: holds the user's reward function, so that a hanging one can be ended with its thread. */
import { pathToFileURL } from 'node:url';
import { errorFacts, RaRftError } from '../core/errors.js';
import { verdictOf } from './module-verdict.js';
import { servePool } from './pool-serve.js';
import type { Verdict, VerifiedProblem } from './types.js';

type RewardFunction = (problem: VerifiedProblem, response: string) => unknown;

/** A response to judge with its problem. */
export interface ModulePair {
  problem: VerifiedProblem;
  response: string;
}

let reward: RewardFunction;

servePool<{ path: string }, ModulePair, Verdict>(
  async ({ path }) => {
    reward = await loadReward(path);
  },
  async ({ problem, response }) => verdictOf(await reward(problem, response)),
);

/** Loads the module; an error names its file. */
async function loadReward(path: string): Promise<RewardFunction> {
  let loaded: { default?: unknown };
  try {
    loaded = (await import(pathToFileURL(path).href)) as { default?: unknown };
  } catch (cause) {
    throw new RaRftError({
      code: 'verifier',
      message: `the reward module cannot be loaded: ${errorFacts(cause).message}`,
      where: path,
      expected: 'an ES module that Node can import',
      cause,
    });
  }
  if (typeof loaded.default !== 'function') {
    throw new RaRftError({
      code: 'verifier',
      message: `the reward module's default export is ${loaded.default === undefined ? 'missing' : `a ${typeof loaded.default}`}`,
      where: path,
      expected: 'export default function (problem, response) { return a number from 0 to 1, a boolean or a verdict }',
    });
  }
  return loaded.default as RewardFunction;
}
