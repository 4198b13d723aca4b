/**
 * MinHash signatures (Broder, 1997): texts as sets of word shingles, a set as the least hash of each of many
 * permutations. Two signatures agree at a place with the probability that is the Jaccard similarity of their sets.
 */
import { hashText } from '../core/hash.js';
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

/** What is known of a text when it is compared with others. */
export interface Sketch {
  /** 64 bits of the hash of its words and signs, in two halves; a text without any is only the same as itself. */
  exact: readonly [number, number];
  shingles: Int32Array;
  /** One a band. */
  bandKeys: Int32Array;
}

/** Hashes of the distinct shingles of a text, ascending. A text shorter than a shingle is one shingle; none has none. */
export function shinglesOf(text: string): Int32Array {
  return shinglesOfWords(signsAndWordsOf(text));
}

function shinglesOfWords(words: readonly string[]): Int32Array {
  if (words.length === 0) return new Int32Array();
  const count = Math.max(1, words.length - SHINGLE_WORDS + 1);
  const hashes = new Int32Array(count);
  for (let i = 0; i < count; i++) hashes[i] = hashShingle(words, i);
  hashes.sort();
  let distinct = 1;
  for (let i = 1; i < count; i++) if (hashes[i] !== hashes[i - 1]) hashes[distinct++] = hashes[i]!;
  return hashes.subarray(0, distinct);
}

/** Share of the union of two sets (ascending, distinct) that is in both; 0 where both are empty. */
export function jaccard(a: Int32Array, b: Int32Array): number {
  let shared = 0;
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const x = a[i]!;
    const y = b[j]!;
    if (x === y) shared++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  const union = a.length + b.length - shared;
  return union === 0 ? 0 : shared / union;
}

/** Sketches texts; equal seeds give equal keys. */
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

  sketch(text: string): Sketch {
    const words = signsAndWordsOf(text);
    const shingles = shinglesOfWords(words);
    const hash = hashText(words.join('') || text.trim());
    const half = (from: number) => Number.parseInt(hash.slice(from, from + 8), 16) | 0;
    return { exact: [half(0), half(8)], shingles, bandKeys: this.bandKeys(shingles) };
  }

  /** One 32-bit key a band: a hash of the signature's `ROWS` values in it. */
  bandKeys(shingles: Int32Array): Int32Array {
    const keys = new Int32Array(BANDS);
    for (let band = 0; band < BANDS; band++) {
      let key = 0;
      for (let row = 0; row < ROWS; row++) key = mix(key ^ this.least(shingles, band * ROWS + row));
      keys[band] = key;
    }
    return keys;
  }

  private least(shingles: Int32Array, permutation: number): number {
    const [m, c] = [this.multipliers[permutation]!, this.increments[permutation]!];
    let least = 0xffffffff;
    for (const shingle of shingles) {
      const value = mix(Math.imul(shingle, m) + c) >>> 0;
      if (value < least) least = value;
    }
    return least;
  }
}

/** 32-bit FNV-1a over the UTF-16 units of a shingle's words with blanks between them, mixed. */
function hashShingle(words: readonly string[], from: number): number {
  let hash = 0x811c9dc5;
  const to = Math.min(words.length, from + SHINGLE_WORDS);
  for (let at = from; at < to; at++) {
    const word = words[at]!;
    if (at > from) hash = Math.imul(hash ^ 0x20, 0x01000193);
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  }
  return mix(hash);
}

/** The finaliser of MurmurHash3: every bit of the input moves every bit of the output. */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
