/** All that is under way: counted, ended in time, and ended together when the client is closed. */
import { DeadlineError, withDeadline } from '../core/deadline.js';
import { TinkerError, withPlace } from './errors.js';
import type { CallOptions } from './options.js';

export class Calls {
  private readonly defaultMs: number;
  private readonly stops = new Set<AbortController>();
  private ended: { reason: unknown } | undefined;

  constructor(defaultMs: number) {
    this.defaultMs = defaultMs;
  }

  get count(): number {
    return this.stops.size;
  }

  /**
   * Runs `work` with a signal that ends with the caller's, with the time, and with the client; does not wait for what the work
   * makes of it. Throws the caller's reason, a `time-out`, or `closed`.
   */
  async run<T>(what: string, options: CallOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.ended) throw this.ended.reason;
    const { signal, timeoutMs = this.defaultMs } = options;
    const stop = new AbortController();
    const abort = () => stop.abort(signal?.reason);
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort);
    this.stops.add(stop);
    try {
      return await withDeadline((inner) => work(inner), { timeoutMs, signal: stop.signal });
    } catch (error) {
      if (error instanceof DeadlineError) {
        const message = `${what} has not ended within ${timeoutMs / 1000} s`;
        throw new TinkerError({ kind: 'time-out', message, where: what, hint: 'The server may still do it.' });
      }
      throw withPlace(what, error);
    } finally {
      this.stops.delete(stop);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends everything with a reason; nothing can be begun after it. */
  end(reason: unknown): void {
    this.ended ??= { reason };
    for (const stop of this.stops) stop.abort(reason);
  }
}
