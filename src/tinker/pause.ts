/** A pause that all senders share: a server that is busy for one is busy for all. */
import { setTimeout as sleep } from 'node:timers/promises';

export class Pause {
  private readonly usualMs: number;
  private untilMs = 0;

  /** `usualMs`: where the server does not say how long. */
  constructor(usualMs: number) {
    this.usualMs = usualMs;
  }

  begin(ms: number = this.usualMs): void {
    this.untilMs = Math.max(this.untilMs, performance.now() + ms);
  }

  /** Waits for its end, also where it is made longer meanwhile. */
  async over(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (let leftMs = this.leftMs(); leftMs > 0; leftMs = this.leftMs()) await sleep(leftMs, undefined, { signal });
  }

  private leftMs(): number {
    return this.untilMs - performance.now();
  }
}
