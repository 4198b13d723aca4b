/** Things that are costly to open: a few are kept by their key, and the one that was used longest ago is closed for another. */
import { inPlace, Slots } from '../../core/slots.js';

interface Entry<T> {
  opened: Promise<T>;
  /** Uses come one after the other, and its end after them. */
  turn: Slots;
  stop: AbortController;
}

export class Kept<T> {
  private readonly most: number;
  private readonly end: (value: T) => Promise<void>;
  /** The last used comes last. */
  private readonly entries = new Map<string, Entry<T>>();
  private readonly ending = new Set<Promise<void>>();

  constructor(most: number, end: (value: T) => Promise<void> = () => Promise.resolve()) {
    this.most = most;
    this.end = end;
  }

  /** Does `work` with what is kept under the key, which `open` makes where it is not there. What could not be opened is tried again next time. */
  use<R>(key: string, open: (signal: AbortSignal) => Promise<T>, work: (value: T) => R | Promise<R>): Promise<R> {
    const entry = this.entries.get(key) ?? begin(open);
    this.entries.delete(key);
    this.entries.set(key, entry);
    const done = inPlace(entry.turn, async () => work(await entry.opened));
    entry.opened.catch(() => this.entries.get(key) === entry && this.entries.delete(key));
    for (const [oldest, one] of [...this.entries].slice(0, Math.max(0, this.entries.size - this.most))) {
      this.entries.delete(oldest);
      this.endOf(one);
    }
    return done;
  }

  /** Closes all that is kept; what is being opened is stopped. */
  async close(): Promise<void> {
    for (const entry of this.entries.values()) {
      entry.stop.abort(new Error('the server is ending'));
      this.endOf(entry);
    }
    this.entries.clear();
    await Promise.all(this.ending);
  }

  private endOf({ turn, opened }: Entry<T>): void {
    const ended = inPlace(turn, async () => {
      const value = await opened.then((one) => ({ one })).catch(() => undefined);
      if (value) await this.end(value.one);
    }).finally(() => this.ending.delete(ended));
    this.ending.add(ended);
  }
}

function begin<T>(open: (signal: AbortSignal) => Promise<T>): Entry<T> {
  const stop = new AbortController();
  return { opened: open(stop.signal), turn: new Slots(1), stop };
}
