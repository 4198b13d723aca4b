/** Exact and near duplicates: MinHash bands propose, the exact Jaccard similarity of word shingles decides. */
import { hashText } from '../core/hash.js';
import { BANDS, jaccard, MinHasher, shinglesOf } from './minhash.js';
import { signsAndWordsOf } from './overlap.js';

/** A text that was added before and says the same, or nearly. */
export interface Twin {
  /** Name of the earlier text. */
  of: string;
  /** Jaccard similarity of the two sets of shingles; 1 where they are the same. */
  similarity: number;
  exact: boolean;
}

export interface TwinOptions {
  /** Least similarity of near duplicates, in (0, 1]; at 1 the order of the words may still differ. */
  threshold: number;
  seed: number;
}

interface Entry {
  name: string;
  shingles: Uint32Array;
  alive: boolean;
}

/** A growing set of texts that can be asked for the twins of another. Holds their shingles and band keys, not the texts. */
export class TwinIndex {
  private readonly threshold: number;
  private readonly hasher: MinHasher;
  private readonly entries: Entry[] = [];
  private readonly exact = new Chains<string>();
  private readonly bands = Array.from({ length: BANDS }, () => new Chains<number>());

  constructor({ threshold, seed }: TwinOptions) {
    this.threshold = threshold;
    this.hasher = new MinHasher(seed);
  }

  /** Adds a text; the number it gives takes it out again. */
  add(name: string, text: string): number {
    const shingles = shinglesOf(text);
    const at = this.entries.push({ name, shingles, alive: true }) - 1;
    this.exact.add(exactKey(text));
    for (const [band, key] of this.hasher.bandKeys(shingles).entries()) this.bands[band]!.add(key);
    return at;
  }

  /** Takes a text out: what was made of it came to nothing, and its twin may have the place. */
  remove(at: number): void {
    this.entries[at]!.alive = false;
  }

  /** The best twin, as in {@link findAll}; undefined without one. */
  find(text: string): Twin | undefined {
    return this.findAll(text)[0];
  }

  /** All twins: exact ones first, then by similarity, then by name, whatever the order in which they were added. */
  findAll(text: string): Twin[] {
    const found = new Map<number, number>();
    const same = [...this.exact.get(exactKey(text))].filter((at) => this.entries[at]!.alive);
    for (const at of same) found.set(at, 1);
    const shingles = shinglesOf(text);
    for (const [band, key] of this.hasher.bandKeys(shingles).entries()) {
      for (const at of this.bands[band]!.get(key)) {
        const entry = this.entries[at]!;
        if (entry.alive && !found.has(at)) found.set(at, jaccard(shingles, entry.shingles));
      }
    }
    return [...found]
      .filter(([, similarity]) => similarity >= this.threshold)
      .map(([at, similarity]) => ({ of: this.entries[at]!.name, similarity, exact: same.includes(at) }))
      .toSorted((a, b) => Number(b.exact) - Number(a.exact) || b.similarity - a.similarity || (a.of < b.of ? -1 : 1));
  }
}

/** Texts of the same words and signs are the same; one without any is only the same as itself. */
function exactKey(text: string): string {
  return hashText(signsAndWordsOf(text).join('') || text.trim());
}

/** For each key the numbers of the entries that have it, as linked lists: entry n is the n-th that was added. */
class Chains<K> {
  private readonly last = new Map<K, number>();
  private readonly previous: number[] = [];

  add(key: K): void {
    const at = this.previous.push(this.last.get(key) ?? -1) - 1;
    this.last.set(key, at);
  }

  /** The newest first. */
  *get(key: K): Generator<number> {
    for (let at = this.last.get(key) ?? -1; at >= 0; at = this.previous[at]!) yield at;
  }
}
