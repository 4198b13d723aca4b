/** The worker's side of a {@link KillablePool}: works through batches and marks in shared memory which item it is at. */
import { errorFacts } from '../core/errors.js';
import { serveMethods } from '../core/worker-rpc.js';

/** What became of one item: its result and how long it took, or what its work threw. */
export type Worked<Result> = { result: Result; timeMs: number } | { thrown: string; timeMs: number };

/** The methods a pool calls. */
export interface PoolMethods<Setup, Item, Result> extends Record<string, (args: never) => unknown> {
  load(args: { setup: Setup; position: Int32Array }): Promise<void>;
  work(items: readonly Item[]): Promise<Worked<Result>[]>;
}

/** A batch is answered after this long even if it is not through: what a later kill can lose is at most so much work. */
const sliceMs = 20;

/**
 * Called once in a worker's module. `load` runs before the first item; an error of it fails the whole worker. What `work`
 * throws fails its item alone.
 */
export function servePool<Setup, Item, Result>(
  load: (setup: Setup) => void | Promise<void>,
  work: (item: Item) => Result | Promise<Result>,
): void {
  let at: Int32Array | undefined;
  const methods: PoolMethods<Setup, Item, Result> = {
    async load({ setup, position }) {
      at = position;
      await load(setup);
    },
    /** The first of the items, in order: all of them, or as many as a slice has room for. */
    async work(items) {
      if (!at) throw new Error('work before load');
      const worked: Worked<Result>[] = [];
      const sliceEnd = performance.now() + sliceMs;
      for (const [i, item] of items.entries()) {
        Atomics.store(at, 0, i);
        const begun = performance.now();
        try {
          const pending = work(item);
          const result = pending instanceof Promise ? await pending : pending;
          worked.push({ result, timeMs: performance.now() - begun });
        } catch (error) {
          worked.push({ thrown: errorFacts(error).message, timeMs: performance.now() - begun });
        }
        if (performance.now() > sliceEnd) break;
      }
      Atomics.store(at, 0, items.length);
      return worked;
    },
  };
  serveMethods(methods);
}
