/**
 * Worker threads for work that may hang, exhaust memory or end its process. Every item has a clock of its own, which starts
 * when the work on it starts; a thread that runs over it is ended and replaced, and the rest of the queue goes on.
 */
import type { ResourceLimits } from 'node:worker_threads';
import { DeadlineError, withDeadline } from '../core/deadline.js';
import { errorFacts, RaRftError } from '../core/errors.js';
import { WorkerClient } from '../core/worker-rpc.js';
import type { PoolMethods, Worked } from './pool-serve.js';

/** What a pool says of an item: its result, or why there is none. `timeMs` is the time of the work, not of the queue. */
export type Done<Result> =
  | { status: 'done'; result: Result; timeMs: number }
  | { status: 'timeout'; timeMs: number }
  | { status: 'failed'; reason: string; timeMs?: number };

export interface PoolOptions<Setup> {
  /** The worker's module, which calls `servePool`. */
  url: URL;
  /** Name of the threads, for errors. */
  name: string;
  /** Given to the `load` of every thread. */
  setup: Setup;
  /** Threads at most; each starts when the others are not enough. */
  workers: number;
  /** Items a message at most. Many make cheap work fast; work with side effects wants 1, since a batch may be retried. */
  batchSize: number;
  /** Longest time on one item. */
  timeoutMs: number;
  /**
   * Longest time until a loaded thread begins with what it was sent: one that does not is blocked by what an earlier item
   * left behind, and is replaced. Default 10 seconds.
   */
  beginMs?: number;
  /** Longest time until a thread is loaded; one that is not fails the items it was to work on. Default one minute. */
  loadMs?: number;
  /** Memory limits of each thread; one that exceeds them ends, which fails the item it was at. */
  resourceLimits?: ResourceLimits;
}

interface Job<Item, Result> {
  item: Item;
  timeoutMs: number;
  resolve: (done: Done<Result>) => void;
  /** Set where a thread was lost before it began with this job: it is given to one more. */
  retried?: boolean;
}

/** How often a busy thread is looked at: by so much a time-out may come late. */
const tickMs = 10;

export class KillablePool<Setup, Item, Result> {
  private readonly options: PoolOptions<Setup>;
  private readonly lanes: Lane<Setup, Item, Result>[] = [];
  private queue: Job<Item, Result>[] = [];
  private disposed = false;

  constructor(options: PoolOptions<Setup>) {
    this.options = options;
  }

  /** Starts one thread and loads it, so that a worker that cannot load is known at once. Throws what loading throws. */
  async ready(): Promise<void> {
    const lane = this.lanes[0] ?? this.addLane();
    try {
      await lane.ready();
    } catch (error) {
      await this.dispose();
      throw error;
    }
  }

  /** Works on all items; results in their order. Never rejects. Calls may overlap: their items share the queue. */
  run(items: readonly Item[], timeoutMs = this.options.timeoutMs): Promise<Done<Result>[]> {
    if (this.disposed) return Promise.resolve(items.map(() => ({ status: 'failed', reason: 'used after dispose' })));
    const done = items.map(
      (item) =>
        new Promise<Done<Result>>((resolve) => {
          this.queue.push({ item, timeoutMs, resolve });
        }),
    );
    const batches = Math.ceil(this.queue.length / this.options.batchSize);
    while (this.lanes.length < Math.min(this.options.workers, batches)) this.addLane();
    this.wake();
    return Promise.all(done);
  }

  /** Ends all threads. Items that are still waiting, or being worked on, fail. */
  async dispose(): Promise<void> {
    this.disposed = true;
    refuse(this.queue.splice(0));
    await Promise.all(this.lanes.map((lane) => lane.end()));
  }

  private addLane(): Lane<Setup, Item, Result> {
    const { batchSize, workers } = this.options;
    // Short queues are cut finer, so that no thread waits while another has a full batch.
    const take = () => this.queue.splice(0, Math.min(batchSize, Math.ceil(this.queue.length / this.lanes.length)));
    const giveBack = (jobs: Job<Item, Result>[]) => {
      if (jobs.length === 0) return;
      if (this.disposed) return refuse(jobs);
      this.queue = [...jobs, ...this.queue];
      // What comes back is slow work: worth another thread, however short the queue.
      if (this.lanes.length < workers) this.addLane();
      this.wake();
    };
    const lane = new Lane(this.options, take, giveBack);
    this.lanes.push(lane);
    return lane;
  }

  private wake(): void {
    for (const lane of this.lanes) void lane.workOff();
  }
}

function refuse(jobs: readonly { resolve: (done: Done<never>) => void }[]): void {
  for (const job of jobs) job.resolve({ status: 'failed', reason: 'used after dispose' });
}

/** One thread at a time, with what it is at. */
class Lane<Setup, Item, Result> {
  private readonly options: PoolOptions<Setup>;
  private readonly take: () => Job<Item, Result>[];
  private readonly giveBack: (jobs: Job<Item, Result>[]) => void;
  /** Index of the item in the batch that the thread is at; -1 before the first, the batch's length after the last. */
  private position = newPosition();
  private worker: WorkerClient<PoolMethods<Setup, Item, Result>> | undefined;
  private loaded: Promise<void> | undefined;
  private busy = false;

  constructor(
    options: PoolOptions<Setup>,
    take: () => Job<Item, Result>[],
    giveBack: (jobs: Job<Item, Result>[]) => void,
  ) {
    this.options = options;
    this.take = take;
    this.giveBack = giveBack;
  }

  ready(): Promise<void> {
    if (!this.worker || !this.loaded) {
      const { url, name, setup, resourceLimits, loadMs = 60_000 } = this.options;
      this.worker = new WorkerClient(url, name, { resourceLimits });
      this.position = newPosition();
      const loading = this.worker.call('load', { setup, position: this.position });
      this.loaded = withDeadline(() => loading, { timeoutMs: loadMs }).catch((error: unknown) => {
        throw error instanceof DeadlineError ? neverLoaded(name, loadMs) : error;
      });
    }
    return this.loaded;
  }

  /** Takes batches until the queue is empty. */
  async workOff(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let jobs = this.take(); jobs.length > 0; jobs = this.take()) await this.workOn(jobs);
    this.busy = false;
  }

  async end(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    this.loaded = undefined;
    await worker?.terminate();
  }

  /** Settles some of the jobs and gives back those that are still to be done. */
  private async workOn(jobs: Job<Item, Result>[]): Promise<void> {
    try {
      await this.ready();
    } catch (error) {
      await this.end();
      for (const job of jobs) job.resolve({ status: 'failed', reason: errorFacts(error).message });
      return;
    }
    const outcome = await this.watched(jobs);
    if ('worked' in outcome) {
      for (const [i, worked] of outcome.worked.entries()) jobs[i]?.resolve(doneOf(worked));
      this.giveBack(jobs.slice(outcome.worked.length));
      return;
    }
    // The thread is lost, and with it what it had not sent: at most a slice of quick items, which are done again.
    void this.end();
    const { at, begun, done } = outcome;
    const job = jobs[at];
    if (!job || begun || job.retried === true) {
      job?.resolve(done);
      this.giveBack(jobs.filter((other) => other !== job));
    } else {
      job.retried = true;
      this.giveBack(jobs);
    }
  }

  /** Lets the thread work on a batch. */
  private watched(jobs: readonly Job<Item, Result>[]): Promise<Watched<Result>> {
    const { worker, position } = this;
    const { beginMs = 10_000 } = this.options;
    const lost = (reason: string): Watched<Result> => {
      const at = Atomics.load(position, 0);
      const done = { status: 'failed', reason } as const;
      return { at: Math.min(Math.max(0, at), jobs.length - 1), begun: at >= 0, done };
    };
    if (!worker) return Promise.resolve(lost('used after dispose'));
    Atomics.store(position, 0, -1);
    return new Promise((resolve) => {
      let seen = -1;
      let since = performance.now();
      const watch = setInterval(() => {
        const at = Atomics.load(position, 0);
        const now = performance.now();
        if (at !== seen) {
          seen = at;
          since = now;
        }
        const job = jobs[at];
        const timeMs = now - since;
        if (job && timeMs >= job.timeoutMs) settle({ at, begun: true, done: { status: 'timeout', timeMs } });
        if (at < 0 && timeMs >= beginMs) settle(lost(`the thread did not begin within ${beginMs} ms`));
      }, tickMs);
      const settle: typeof resolve = (outcome) => {
        clearInterval(watch);
        resolve(outcome);
      };
      worker
        .call(
          'work',
          jobs.map((job) => job.item),
        )
        .then(
          (worked) => settle({ worked }),
          (error: unknown) => settle(lost(errorFacts(error).message)),
        );
    });
  }
}

function neverLoaded(name: string, loadMs: number): RaRftError {
  const hint = 'Look at what the module does while it is imported: it waits for something that does not come.';
  return new RaRftError({
    code: 'verifier',
    message: `a thread of ${name} was not loaded within ${loadMs / 1000} s`,
    hint,
  });
}

/** Answers of a thread, or the item it was lost at: the first where it had begun with none. */
type Watched<Result> = { worked: Worked<Result>[] } | { at: number; begun: boolean; done: Done<Result> };

function doneOf<Result>(worked: Worked<Result>): Done<Result> {
  return 'thrown' in worked
    ? { status: 'failed', reason: `threw: ${worked.thrown}`, timeMs: worked.timeMs }
    : { status: 'done', ...worked };
}

/** A new one for every thread, so that a thread that is ending cannot mark the items of the next. */
function newPosition(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}
