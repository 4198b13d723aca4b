/** All that is under way: counted, ended in time, and ended together when the client is closed. */
import { DeadlineError, withDeadline } from '../core/deadline.js';
import { Stops } from '../core/stops.js';
import { TinkerError, withPlace } from './errors.js';
import type { CallOptions } from './options.js';

export class Calls {
  private readonly defaultMs: number;
  private readonly stops = new Stops();
  private ended: { reason: unknown } | undefined;

  constructor(defaultMs: number) {
    this.defaultMs = defaultMs;
  }

  get count(): number {
    return this.stops.count;
  }

  /**
   * Runs `work` with a signal that ends with the caller's, with the time, and with the client; does not wait for what the work
   * makes of it. Throws the caller's reason, a `time-out`, or `closed`.
   */
  async run<T>(what: string, options: CallOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.ended) throw this.ended.reason;
    const { signal, timeoutMs = this.defaultMs } = options;
    try {
      return await this.stops.run(signal, (stop) => withDeadline((inner) => work(inner), { timeoutMs, signal: stop }));
    } catch (error) {
      if (error instanceof DeadlineError) {
        const message = `${what} has not ended within ${timeoutMs / 1000} s`;
        throw new TinkerError({ kind: 'time-out', message, where: what, hint: 'The server may still do it.' });
      }
      throw withPlace(what, error);
    }
  }

  /** Ends everything with a reason; nothing can be begun after it. */
  end(reason: unknown): void {
    this.ended ??= { reason };
    this.stops.abort(reason);
  }
}
