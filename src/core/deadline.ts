/** An end for work that may never end: a call over a network, a thread that is to stop, a native library. */

import { allowManyListeners } from './many-listeners.js';

/** Thrown where the time was over. */
export class DeadlineError extends Error {
  constructor(timeoutMs: number) {
    super(`no end within ${timeoutMs / 1000} s`);
    this.name = 'DeadlineError';
  }
}

export interface DeadlineOptions {
  /** Longest time for the whole of the work, or since it last called `alive`. */
  timeoutMs: number;
  /** Ends the work before its time; its reason is thrown. */
  signal?: AbortSignal | undefined;
}

/** What a timer can hold; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Settles when `work` does, when its time is over (throws {@link DeadlineError}) or when the caller's signal is aborted
 * (throws its reason), whichever comes first. The work's own signal is aborted then, and the promise does not wait for what
 * the work makes of it: libraries have lost signals, and calls hung on them for ever. Work that goes on piece by piece calls
 * `alive` after each piece, which starts its time anew.
 */
export function withDeadline<T>(
  work: (signal: AbortSignal, alive: () => void) => Promise<T>,
  { timeoutMs, signal }: DeadlineOptions,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    allowManyListeners(controller.signal);
    let timer: NodeJS.Timeout | undefined;
    let settled = false;
    const settle = (finish: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      finish();
    };
    const fail = (reason: unknown) =>
      settle(() => {
        reject(reason);
        controller.abort(reason);
      });
    const abort = () => fail(signal?.reason);
    // A timer of our own and no AbortSignal.timeout, which is held weakly and may be collected before it fires.
    const alive = () => {
      clearTimeout(timer);
      if (!settled) timer = setTimeout(() => fail(new DeadlineError(timeoutMs)), Math.min(timeoutMs, MAX_TIMER_MS));
    };
    if (signal?.aborted === true) return abort();
    signal?.addEventListener('abort', abort);
    alive();
    new Promise<T>((done) => done(work(controller.signal, alive))).then((value) => settle(() => resolve(value)), fail);
  });
}

/** Waits for `work`, at most so long; says whether it came to an end. Never throws: for the end of things, where nobody can mend what fails. */
export async function endsWithin(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  return withDeadline(() => work, { timeoutMs }).then(
    () => true,
    (error: unknown) => !(error instanceof DeadlineError),
  );
}
