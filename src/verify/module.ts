/**
 * The module verifier: the user's own reward function, run in worker threads so that exceptions, endless loops and
 * process.exit() cost one verdict and nothing else.
 */
import { failed } from './module-verdict.js';
import type { ModulePair } from './module-worker.js';
import { KillablePool } from './pool.js';
import type { Verdict, Verifier } from './types.js';

export interface ModuleVerifierOptions {
  /** Longest time one call of the function may take, from the moment it starts. Default 10 seconds. */
  timeoutMs?: number;
  /** Threads that call the function at the same time. Default 2. */
  workers?: number;
}

/**
 * Opens a reward module (absolute path). It is loaded once here, so a missing file or export is said before any work
 * starts: throws `verifier` with the path.
 */
export async function openModuleVerifier(path: string, options: ModuleVerifierOptions = {}): Promise<Verifier> {
  const { timeoutMs = 10_000, workers = 2 } = options;
  const pool = new KillablePool<{ path: string }, ModulePair, Verdict>({
    url: new URL('./module-worker.js', import.meta.url),
    name: 'reward module',
    setup: { path },
    workers,
    // The function may have side effects or cost money: no call is made twice.
    batchSize: 1,
    timeoutMs,
  });
  await pool.ready();
  return {
    name: path,
    async verifyMany(pairs) {
      const items = pairs.map(({ problem, response }) => ({ problem, response }));
      return (await pool.run(items)).map((done): Verdict => {
        const { status, timeMs } = done;
        const time = timeMs === undefined ? {} : { timeMs };
        if (status === 'done') return { ...done.result, ...time };
        if (status === 'failed') return { ...failed(done.reason), ...time };
        return { outcome: 'timeout', rule: 'module', reason: `no verdict after ${timeoutMs} ms`, ...time };
      });
    },
    dispose: () => pool.dispose(),
  };
}
