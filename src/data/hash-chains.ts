/** Growing collections of 32-bit numbers in typed arrays: a few bytes an item, where objects and maps take fifty and more. */

const FIRST_CAPACITY = 1024;

/** A list of signed 32-bit integers. */
export class Int32List {
  length = 0;
  private values = new Int32Array(FIRST_CAPACITY);

  get(at: number): number {
    return this.values[at]!;
  }

  set(at: number, value: number): void {
    this.values[at] = value;
  }

  push(value: number): void {
    this.reserve(1);
    this.values[this.length++] = value;
  }

  pushAll(values: Int32Array): void {
    this.reserve(values.length);
    this.values.set(values, this.length);
    this.length += values.length;
  }

  /** A view of some items; valid until the next push. */
  view(from: number, to: number): Int32Array {
    return this.values.subarray(from, to);
  }

  private reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.values.length) return;
    const wider = new Int32Array(Math.max(needed, 2 * this.values.length));
    wider.set(this.values);
    this.values = wider;
  }
}

/** For each 32-bit key the numbers of the entries that have it, the newest first: entry n is the n-th that was added. */
export class HashChains {
  private readonly keys = new Int32List();
  /** The entry added before this one in the same bucket, -1 at the end. */
  private readonly previous = new Int32List();
  /** By bucket, its newest entry. As many buckets as there is room for entries, so that chains stay short. */
  private heads = new Int32Array(FIRST_CAPACITY).fill(-1);

  /** `key`: well mixed, its low bits choose the bucket. */
  add(key: number): void {
    if (this.keys.length === this.heads.length) this.widen();
    this.keys.push(key);
    this.previous.push(-1);
    this.link(this.keys.length - 1);
  }

  /** The newest entry of a key; -1 where there is none. */
  newest(key: number): number {
    return this.from(this.heads[key & (this.heads.length - 1)]!, key);
  }

  /** The entry of the same key that was added before this one; -1 where there is none. */
  before(at: number): number {
    return this.from(this.previous.get(at), this.keys.get(at));
  }

  private from(at: number, key: number): number {
    while (at >= 0 && this.keys.get(at) !== key) at = this.previous.get(at);
    return at;
  }

  private link(at: number): void {
    const bucket = this.keys.get(at) & (this.heads.length - 1);
    this.previous.set(at, this.heads[bucket]!);
    this.heads[bucket] = at;
  }

  private widen(): void {
    this.heads = new Int32Array(2 * this.heads.length).fill(-1);
    for (let at = 0; at < this.keys.length; at++) this.link(at);
  }
}
