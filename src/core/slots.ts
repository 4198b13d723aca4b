/** A number of places: who finds none waits in line. */
export class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  /** Waits for a place; the function gives it back, once. */
  async take(): Promise<() => void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    };
  }
}

/** Runs `work` in one of the places, which it gives back whatever becomes of it. With a single place: one after the other. */
export async function inPlace<T>(slots: Slots, work: () => Promise<T>): Promise<T> {
  const release = await slots.take();
  try {
    return await work();
  } finally {
    release();
  }
}

/**
 * Runs `work` on all items, `parallel` at a time, in order of their start. The first error stops new work, waits for
 * what is under way and is thrown; `work` may also return `stop` to end early without an error.
 */
export async function forEachParallel<T>(
  items: Iterable<T>,
  parallel: number,
  work: (item: T) => Promise<'stop' | void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let stopped = false;
  const worker = async (): Promise<void> => {
    while (!stopped) {
      const next = iterator.next();
      if (next.done === true) return;
      try {
        if ((await work(next.value)) === 'stop') stopped = true;
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const workers: Promise<void>[] = [];
  for (let i = 0; i < parallel; i++) workers.push(worker());
  const results = await Promise.allSettled(workers);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/**
 * Runs `work` on all items, `parallel` at a time, and gives the results in the order of the items. Work goes on up to `ahead`
 * items past the one that is waited for, so that one slow item does not hold up the others. Where the caller stops early, or
 * an item throws, nothing new is started and what is under way is waited for.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  { parallel, ahead }: { parallel: number; ahead: number },
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const slots = new Slots(parallel);
  let stopped = false;
  const start = async (item: T): Promise<{ result: R } | undefined> => {
    const release = await slots.take();
    try {
      return stopped ? undefined : { result: await work(item) };
    } catch (error) {
      stopped = true;
      throw error;
    } finally {
      release();
    }
  };
  const iterator = items[Symbol.iterator]();
  const pending: Promise<{ result: R } | undefined>[] = [];
  try {
    for (let more = true; more || pending.length > 0;) {
      while (more && pending.length < ahead) {
        const next = iterator.next();
        more = next.done !== true;
        if (next.done === true) break;
        const begun = start(next.value);
        begun.catch(() => undefined); // thrown when its turn comes
        pending.push(begun);
      }
      const done = await pending.shift();
      if (done) yield done.result;
    }
  } finally {
    stopped = true;
    await Promise.allSettled(pending);
  }
}
