/** Key and value caches of sampling: flat buffers, dense in their first axis, that shrink by moving the last entry. */
import type { DecoderConfig } from '../../models/hf-config.js';

/** Keys and values of every layer, each [entries, kvHeads, length, headDim]. */
export class KvCache {
  readonly kvHeads: number;
  readonly headDim: number;
  readonly layers: number;
  /** Positions an entry has room for. */
  length: number;
  /** Two buffers a layer: keys, then values. */
  buffers: Float32Array[];
  private readonly capacity: number;

  constructor({ kvHeads, headDim, layers }: DecoderConfig, entries: number, length: number) {
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.layers = layers;
    this.length = length;
    this.capacity = entries;
    this.buffers = this.makeBuffers(length);
  }

  /** Bytes that one entry of this length takes over all layers. */
  static bytesPerEntry({ kvHeads, headDim, layers }: DecoderConfig, length: number): number {
    return 2 * 4 * layers * kvHeads * headDim * length;
  }

  /** The first `entries` entries of a buffer, as a graph takes them. */
  view(buffer: number, entries: number): { data: Float32Array; shape: number[] } {
    const { kvHeads, length, headDim } = this;
    const data = this.buffers[buffer]!.subarray(0, entries * kvHeads * length * headDim);
    return { data, shape: [entries, kvHeads, length, headDim] };
  }

  /** Gives every entry more room; the first `entries` keep their contents. */
  grow(length: number, entries: number): void {
    const old = this.buffers;
    const { headDim } = this;
    this.buffers = this.makeBuffers(length);
    for (const [i, from] of old.entries()) {
      const to = this.buffers[i]!;
      for (let head = 0; head < entries * this.kvHeads; head++) {
        const start = head * this.length * headDim;
        to.set(from.subarray(start, start + this.length * headDim), head * length * headDim);
      }
    }
    this.length = length;
  }

  /** Entry `to` becomes a copy of entry `from`. */
  move(from: number, to: number): void {
    if (from === to) return;
    const size = this.kvHeads * this.length * this.headDim;
    for (const buffer of this.buffers) buffer.copyWithin(to * size, from * size, (from + 1) * size);
  }

  /** Copies a block [entries, kvHeads, length, headDim] of one layer's keys or values to the entries from `first` on. */
  setEntries(buffer: number, first: number, block: Float32Array, blockLength: number): void {
    const { headDim } = this;
    const to = this.buffers[buffer]!;
    const heads = block.length / (blockLength * headDim);
    for (let head = 0; head < heads; head++) {
      const start = head * blockLength * headDim;
      const at = (first * this.kvHeads + head) * this.length * headDim;
      to.set(block.subarray(start, start + blockLength * headDim), at);
    }
  }

  /** Writes the new keys and values of `entries` rows, each row [layers * 2, kvHeads, headDim], at position `at`. */
  append(rows: Float32Array, entries: number, at: number): void {
    const { kvHeads, headDim, length } = this;
    const width = this.buffers.length * kvHeads * headDim;
    for (const [i, buffer] of this.buffers.entries()) {
      for (let entry = 0; entry < entries; entry++) {
        for (let head = 0; head < kvHeads; head++) {
          const from = entry * width + (i * kvHeads + head) * headDim;
          const to = ((entry * kvHeads + head) * length + at) * headDim;
          for (let d = 0; d < headDim; d++) buffer[to + d] = rows[from + d]!;
        }
      }
    }
  }

  private makeBuffers(length: number): Float32Array[] {
    const size = this.capacity * this.kvHeads * length * this.headDim;
    return Array.from({ length: 2 * this.layers }, () => new Float32Array(size));
  }
}
