/** Worker of the module verifier: holds the user's reward function, so that a hanging one can be ended with its thread. */
import { pathToFileURL } from 'node:url';
import { RaRftError } from '../core/errors.js';
import { serveMethods, type Report } from '../core/worker-rpc.js';
import type { VerifiedProblem } from './types.js';

type RewardFunction = (problem: VerifiedProblem, response: string) => unknown;

let reward: RewardFunction | undefined;

const methods = {
  /** Loads the module; an error names its file. */
  async load({ path }: { path: string }): Promise<void> {
    let loaded: { default?: unknown };
    try {
      loaded = (await import(pathToFileURL(path).href)) as { default?: unknown };
    } catch (cause) {
      throw new RaRftError({
        code: 'verifier',
        message: `the reward module cannot be loaded: ${messageOf(cause)}`,
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
    reward = loaded.default as RewardFunction;
  },

  /** Runs the function once. What it throws comes back as data, since a failure of one pair is no failure of the worker. */
  async judge(
    { problem, response }: { problem: VerifiedProblem; response: string },
    started: Report,
  ): Promise<{ value: unknown } | { thrown: string }> {
    started(0, 1);
    try {
      const value = await reward?.(problem, response);
      return { value: plain(value) };
    } catch (error) {
      return { thrown: messageOf(error) };
    }
  },
};

export type ModuleWorkerMethods = typeof methods;

serveMethods(methods);

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Functions and class instances cannot leave the worker: numbers and booleans go as they are, objects as JSON. */
function plain(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) return JSON.parse(JSON.stringify(value));
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : value;
}
