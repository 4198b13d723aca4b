/** A uniform sample of a stream of unknown length (Vitter, 1985, algorithm R). */
import type { Rng } from '../core/rng.js';

export class Reservoir<T> {
  /** Items added so far. */
  seen = 0;
  private readonly size: number;
  private readonly rng: Rng;
  private readonly held: { at: number; item: T }[] = [];

  constructor(size: number, rng: Rng) {
    this.size = size;
    this.rng = rng;
  }

  add(item: T): void {
    const at = this.seen++;
    const place = at < this.size ? at : this.rng.int(at + 1);
    if (place < this.size) this.held[place] = { at, item };
  }

  /** The sample, in the order of the stream. */
  items(): T[] {
    return this.held.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
  }
}
