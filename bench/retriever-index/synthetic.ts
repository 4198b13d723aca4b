/**
 * Token vectors with the shape of real ones: words (clusters) within subjects, a document draws its tokens from few subjects, and each
 * token is its word with noise. A query takes a share of its tokens from one document, with noise of its own, and the others are any words.
 * `easy`: documents come in families that share half of their words (as solutions of like problems do), so a query's best ones are clear.
 * `hard`: no families and half of a query is noise, so that beyond the first document small differences of all tokens decide.
 */
import { Rng } from '../../src/core/rng.js';
import type { TokenVectors } from '../../src/retriever/encode/token-vectors.js';
import type { IndexDocument } from '../../src/retriever/index.js';

const SUBJECTS = 256;
const WORDS = 64;
const SUBJECTS_A_DOCUMENT = 4;
/** Documents of a family; shares of a document's tokens that are its family's, and of a query's that are its document's. */
const SETS = {
  easy: { family: 16, shared: 0.5, asked: 0.75 },
  hard: { family: 1, shared: 0, asked: 0.5 },
};
/** Length of the noise against that of a word's vector, and of a word against its subject. */
const NOISE = 0.6;
const APART = 1;

export interface TextsSize {
  documents: number;
  /** Tokens of a document, on average. */
  tokens: number;
  dim: number;
}

/** Documents and queries of a benchmark: the same whenever they are asked for. */
export interface Texts {
  size: TextsSize;
  documents(from: number, to: number): IndexDocument[];
  /** Queries, one set each. */
  queries(count: number, tokens: number): TokenVectors[];
}

/** Each document has a random stream of its own. */
export class SyntheticTexts implements Texts {
  readonly size: TextsSize;
  private readonly set: (typeof SETS)['easy'];
  private readonly words: Float32Array;
  private readonly rng = Rng.fromSeed('synthetic texts');
  /** Normal numbers, drawn once: 66 million tokens would take minutes to draw. */
  private readonly noise: Float32Array;

  constructor(size: TextsSize, set: keyof typeof SETS) {
    this.size = size;
    this.set = SETS[set];
    const { dim } = size;
    const rng = this.rng.fork('words');
    this.noise = Float32Array.from({ length: 1 << 20 }, () => rng.normal() / Math.sqrt(dim));
    this.words = new Float32Array(SUBJECTS * WORDS * dim);
    for (let subject = 0; subject < SUBJECTS; subject++) {
      const centre = Array.from({ length: dim }, () => rng.normal() / Math.sqrt(dim));
      for (let word = 0; word < WORDS; word++) {
        const at = (subject * WORDS + word) * dim;
        for (let d = 0; d < dim; d++)
          this.words[at + d] = (centre[d] as number) + (APART * rng.normal()) / Math.sqrt(dim);
        normalise(this.words.subarray(at, at + dim));
      }
    }
  }

  documents(from: number, to: number): IndexDocument[] {
    return Array.from({ length: to - from }, (_, i) => ({ id: `d${from + i}`, chunks: this.document(from + i) }));
  }

  queries(count: number, tokens: number): TokenVectors[] {
    const { dim } = this.size;
    return Array.from({ length: count }, (_, q) => {
      const rng = this.rng.fork(`query ${q}`);
      const source = this.document(rng.int(this.size.documents)).vectors;
      const vectors = new Float32Array(tokens * dim);
      for (let t = 0; t < tokens; t++) {
        const own = rng.next() < this.set.asked;
        const from = own ? source : this.words;
        const row = rng.int(from.length / dim);
        this.token(vectors.subarray(t * dim, (t + 1) * dim), from.subarray(row * dim, (row + 1) * dim), rng);
      }
      return { dim, lengths: Int32Array.from([tokens]), vectors };
    });
  }

  private document(i: number): TokenVectors {
    const { dim, tokens } = this.size;
    const rng = this.rng.fork(`document ${i}`);
    const family = this.rng.fork(`family ${Math.floor(i / this.set.family)}`);
    const length = Math.max(1, Math.round(tokens * (0.5 + rng.next())));
    const subjects = Array.from({ length: SUBJECTS_A_DOCUMENT }, () => family.int(SUBJECTS));
    const vectors = new Float32Array(length * dim);
    for (let t = 0; t < length; t++) {
      const drawn = family.int(SUBJECTS_A_DOCUMENT * WORDS);
      const at = rng.next() < this.set.shared ? drawn : rng.int(SUBJECTS_A_DOCUMENT * WORDS);
      const word = (subjects[Math.floor(at / WORDS)] as number) * WORDS + (at % WORDS);
      this.token(vectors.subarray(t * dim, (t + 1) * dim), this.words.subarray(word * dim, (word + 1) * dim), rng);
    }
    return { dim, lengths: Int32Array.from([length]), vectors };
  }

  private token(out: Float32Array, word: Float32Array, rng: Rng): void {
    const from = rng.int(this.noise.length - word.length);
    for (let d = 0; d < word.length; d++) out[d] = (word[d] as number) + NOISE * (this.noise[from + d] as number);
    normalise(out);
  }
}

export function normalise(row: Float32Array): void {
  let square = 0;
  for (const value of row) square += value * value;
  const scale = 1 / Math.sqrt(square);
  for (let d = 0; d < row.length; d++) row[d] = (row[d] as number) * scale;
}
