/**
 * The module verifier: the user's own reward function, run in worker threads so that exceptions, endless loops and
 * process.exit() cost one verdict and nothing else.
 */
import { WorkerClient } from '../core/worker-rpc.js';
import { errorFacts } from '../core/errors.js';
import { failed, verdictOf } from './module-verdict.js';
import type { ModuleWorkerMethods } from './module-worker.js';
import type { Verdict, VerifiedProblem, Verifier } from './types.js';

export interface ModuleVerifierOptions {
  /** Longest time one call of the function may take, from the moment it starts. Default 10 seconds. */
  timeoutMs?: number;
  /** Threads that call the function at the same time. Default 2. */
  workers?: number;
}

type JudgeResult = Awaited<ReturnType<ModuleWorkerMethods['judge']>>;
type Pair = { problem: VerifiedProblem; response: string };

/**
 * Opens a reward module (absolute path). It is loaded once here, so a missing file or export is said before any work
 * starts: throws `verifier` with the path.
 */
export async function openModuleVerifier(path: string, options: ModuleVerifierOptions = {}): Promise<Verifier> {
  const { timeoutMs = 10_000, workers = 2 } = options;
  const lanes = [new Lane(path, timeoutMs)];
  try {
    await lanes[0]?.ready();
  } catch (error) {
    await lanes[0]?.end();
    throw error;
  }
  let disposed = false;
  return {
    name: path,
    async verifyMany(pairs) {
      if (disposed) return pairs.map(() => failed('used after dispose'));
      while (lanes.length < Math.min(workers, pairs.length)) lanes.push(new Lane(path, timeoutMs));
      const verdicts: Verdict[] = [];
      let next = 0;
      await Promise.all(
        lanes.map(async (lane) => {
          for (let i = next++; i < pairs.length; i = next++) verdicts[i] = await lane.judge(pairs[i] as Pair);
        }),
      );
      return verdicts;
    },
    async dispose() {
      disposed = true;
      await Promise.all(lanes.map((lane) => lane.end()));
    },
  };
}

/** One worker thread at a time; a thread that hung or died is replaced at the next pair. */
class Lane {
  private readonly path: string;
  private readonly timeoutMs: number;
  private worker: WorkerClient<ModuleWorkerMethods> | undefined;
  private loaded: Promise<void> | undefined;

  constructor(path: string, timeoutMs: number) {
    this.path = path;
    this.timeoutMs = timeoutMs;
  }

  /** Starts the thread and loads the module; rejects with `verifier` where that fails. */
  ready(): Promise<void> {
    if (!this.worker) {
      this.worker = new WorkerClient<ModuleWorkerMethods>(
        new URL('./module-worker.js', import.meta.url),
        'reward module',
      );
      this.loaded = this.worker.call('load', { path: this.path });
    }
    return this.loaded as Promise<void>;
  }

  /** The verdict of one pair; never rejects. */
  async judge({ problem, response }: Pair): Promise<Verdict> {
    let timer: NodeJS.Timeout | undefined;
    const begun = performance.now();
    try {
      await this.ready();
      const worker = this.worker as WorkerClient<ModuleWorkerMethods>;
      const result = await new Promise<'timeout' | JudgeResult>((resolve, reject) => {
        // The clock starts when the function does: waiting for a thread is not the function's fault.
        const started = () => {
          timer = setTimeout(() => resolve('timeout'), this.timeoutMs);
        };
        worker.call('judge', { problem, response }, started).then(resolve, reject);
      });
      if (result === 'timeout') {
        await this.end();
        return {
          outcome: 'timeout',
          rule: 'module',
          reason: `no verdict after ${this.timeoutMs} ms`,
          timeMs: this.timeoutMs,
        };
      }
      const timeMs = performance.now() - begun;
      return { ...('thrown' in result ? failed(`threw: ${result.thrown}`) : verdictOf(result.value)), timeMs };
    } catch (error) {
      await this.end();
      return failed(errorFacts(error).message);
    } finally {
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    this.loaded = undefined;
    await worker?.terminate();
  }
}
