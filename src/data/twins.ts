/** Exact and near duplicates: MinHash bands propose, the exact Jaccard similarity of word shingles decides. */
import { HashChains, Int32List } from './hash-chains.js';
import { BANDS, jaccard, type Sketch } from './minhash.js';

/** A text that was added before and says the same, or nearly. */
export interface Twin {
  /** Name of the earlier text. */
  of: string;
  /** Jaccard similarity of the two sets of shingles; 1 where they are the same. */
  similarity: number;
  exact: boolean;
}

/**
 * A growing set of texts that can be asked for the twins of another. Knows them by their sketches, all of one
 * {@link MinHasher}, and holds about four hundred bytes of a text of thirty words.
 */
export class TwinIndex {
  private readonly threshold: number;
  /** By entry; undefined where it was taken out. */
  private readonly names: (string | undefined)[] = [];
  /** Shingles of all entries, one entry after the other, and where each ends. */
  private readonly shingles = new Int32List();
  private readonly ends = new Int32List();
  /** Hashes of whole texts: chains by their first half, and their second half by entry. */
  private readonly exact = new HashChains();
  private readonly exactRest = new Int32List();
  private readonly bands = Array.from({ length: BANDS }, () => new HashChains());

  /** `threshold`: least similarity of near duplicates, in (0, 1]; at 1 the order of the words may still differ. */
  constructor(threshold: number) {
    this.threshold = threshold;
  }

  /** Adds a text; the number it gives takes it out again. */
  add(name: string, sketch: Sketch): number {
    const at = this.names.push(name) - 1;
    this.shingles.pushAll(sketch.shingles);
    this.ends.push(this.shingles.length);
    this.exact.add(sketch.exact[0]);
    this.exactRest.push(sketch.exact[1]);
    for (const [band, chains] of this.bands.entries()) chains.add(sketch.bandKeys[band]!);
    return at;
  }

  /** Takes a text out: what was made of it came to nothing, and its twin may have the place. */
  remove(at: number): void {
    this.names[at] = undefined;
  }

  /** The best twin, as in {@link findAll}; undefined without one. */
  find(sketch: Sketch): Twin | undefined {
    return this.findAll(sketch)[0];
  }

  /** All twins: exact ones first, then by similarity, then by name, whatever the order in which they were added. */
  findAll(sketch: Sketch): Twin[] {
    const found = new Map<number, Twin>();
    const [first, rest] = sketch.exact;
    for (let at = this.exact.newest(first); at >= 0; at = this.exact.before(at)) {
      const of = this.names[at];
      if (of !== undefined && this.exactRest.get(at) === rest) found.set(at, { of, similarity: 1, exact: true });
    }
    for (const [band, chains] of this.bands.entries()) {
      for (let at = chains.newest(sketch.bandKeys[band]!); at >= 0; at = chains.before(at)) {
        const of = this.names[at];
        if (of === undefined || found.has(at)) continue;
        found.set(at, { of, similarity: jaccard(sketch.shingles, this.shinglesAt(at)), exact: false });
      }
    }
    return [...found.values()]
      .filter(({ similarity }) => similarity >= this.threshold)
      .toSorted((a, b) => Number(b.exact) - Number(a.exact) || b.similarity - a.similarity || (a.of < b.of ? -1 : 1));
  }

  private shinglesAt(at: number): Int32Array {
    return this.shingles.view(at === 0 ? 0 : this.ends.get(at - 1), this.ends.get(at));
  }
}
