/** Work that is ended with its caller's signal, and together. Without AbortSignal.any, whose signals are held weakly. */
import { allowManyListeners } from './many-listeners.js';

/** Gives `work` a controller of its own, which is aborted with the caller's signal. */
export async function stoppable<T>(
  signal: AbortSignal | undefined,
  work: (stop: AbortController) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  allowManyListeners(stop.signal);
  const abort = () => stop.abort(signal?.reason);
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort);
  try {
    return await work(stop);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Gives `work` of many parts one signal: what is still under way when a part of it fails is ended. */
export function allOrNone<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return stoppable(signal, async (all) => {
    try {
      return await work(all.signal);
    } finally {
      all.abort();
    }
  });
}

/** All that is under way. */
export class Stops {
  private readonly underWay = new Set<AbortController>();

  get count(): number {
    return this.underWay.size;
  }

  /** Gives `work` a signal that is aborted with the caller's, and by {@link Stops.abort}. */
  run<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return stoppable(signal, async (stop) => {
      this.underWay.add(stop);
      try {
        return await work(stop.signal);
      } finally {
        this.underWay.delete(stop);
      }
    });
  }

  abort(reason: unknown): void {
    for (const stop of this.underWay) stop.abort(reason);
  }
}
