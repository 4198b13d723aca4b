/**
 * MinHash signatures (Broder, 1997): texts as sets of word shingles, a set as the least hash of each of many
 * permutations. Two signatures agree at a place with the probability that is the Jaccard similarity of their sets.
 */
import { Rng } from '../core/rng.js';
import { signsAndWordsOf } from './overlap.js';

/** Words and signs of a shingle: short enough for one-line problems, long enough that common phrases do not make texts alike. */
const SHINGLE_WORDS = 3;
/**
 * Bands and rows of locality-sensitive hashing. Two texts meet when all rows of one band agree, which at similarity s
 * happens with probability 1 - (1 - s^ROWS)^BANDS: .994 at .8, .91 at .7, .34 at .5. Whoever meets is then compared exactly.
 */
export const BANDS = 13;
export const ROWS = 5;

/** Hashes of the distinct shingles of a text, ascending. A text shorter than a shingle is one shingle; none has none. */
export function shinglesOf(text: string): Uint32Array {
  const words = signsAndWordsOf(text);
  const last = Math.max(0, words.length - SHINGLE_WORDS);
  const hashes = new Set<number>();
  for (let i = 0; i <= last && words.length > 0; i++) hashes.add(hash32(words.slice(i, i + SHINGLE_WORDS).join(' ')));
  return Uint32Array.from(hashes).toSorted();
}

/** Share of the union of two sets (ascending, distinct) that is in both; 0 where both are empty. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [x, y] = [a[i]!, b[j]!];
    if (x === y) shared++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  const union = a.length + b.length - shared;
  return union === 0 ? 0 : shared / union;
}

/** Computes the band keys of sets of shingles; equal seeds give equal keys. */
export class MinHasher {
  private readonly multipliers: Uint32Array;
  private readonly increments: Uint32Array;

  constructor(seed: number) {
    const rng = Rng.fromSeed(`minhash/${seed}`);
    const draw = () => Uint32Array.from({ length: BANDS * ROWS }, () => rng.nextUint32());
    // An odd multiplier permutes the 32-bit numbers.
    this.multipliers = draw().map((m) => m | 1);
    this.increments = draw();
  }

  /** One 32-bit key a band: a hash of the signature's `ROWS` values in it. */
  bandKeys(shingles: Uint32Array): Int32Array {
    const keys = new Int32Array(BANDS);
    for (let band = 0; band < BANDS; band++) {
      let key = 0;
      for (let row = 0; row < ROWS; row++) key = mix(key ^ this.least(shingles, band * ROWS + row));
      keys[band] = key;
    }
    return keys;
  }

  private least(shingles: Uint32Array, permutation: number): number {
    const [m, c] = [this.multipliers[permutation]!, this.increments[permutation]!];
    let least = 0xffffffff;
    for (const shingle of shingles) {
      const value = mix(Math.imul(shingle, m) + c) >>> 0;
      if (value < least) least = value;
    }
    return least;
  }
}

/** 32-bit FNV-1a over UTF-16 units, mixed. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash) >>> 0;
}

/** The finaliser of MurmurHash3: every bit of the input moves every bit of the output. */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
