/** Many sequences of token vectors in one flat array: what an encoder gives and an index stores. */
import { RaRftError } from '../../core/errors.js';

/** Token vectors of N texts, one text after the other. A single-vector encoder gives every text length 1. */
export interface TokenVectors {
  dim: number;
  /** Tokens of each text; `vectors` has (sum of lengths) rows of `dim` numbers. */
  lengths: Int32Array;
  vectors: Float32Array;
}

/** First row of each text, and after them the number of all rows: N + 1 numbers. */
export function rowOffsets(lengths: Int32Array): Int32Array {
  const offsets = new Int32Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i++) offsets[i + 1] = (offsets[i] as number) + (lengths[i] as number);
  return offsets;
}

/** The texts `from` (inclusive) to `to` (exclusive), as a view of the same memory. */
export function sliceTexts(set: TokenVectors, from: number, to: number): TokenVectors {
  const offsets = rowOffsets(set.lengths);
  const rows = set.vectors.subarray((offsets[from] as number) * set.dim, (offsets[to] as number) * set.dim);
  return { dim: set.dim, lengths: set.lengths.subarray(from, to), vectors: rows };
}

/** Neighbouring sequences in groups: `counts` says how many of them are in each. Views of the same memory. */
export function splitTexts({ dim, lengths, vectors }: TokenVectors, counts: readonly number[]): TokenVectors[] {
  const rows = rowOffsets(lengths);
  let first = 0;
  return counts.map((count) => {
    const [from, to] = [first, first + count];
    first = to;
    const own = vectors.subarray((rows[from] as number) * dim, (rows[to] as number) * dim);
    return { dim, lengths: lengths.subarray(from, to), vectors: own };
  });
}

/** Throws `internal` where lengths and vectors do not belong together; `where` names the set. */
export function checkTokenVectors(set: TokenVectors, where: string): void {
  const rows = set.lengths.reduce((n, length) => n + length, 0);
  if (rows * set.dim === set.vectors.length) return;
  throw new RaRftError({
    code: 'internal',
    message: `${set.vectors.length} numbers for ${rows} tokens of ${set.dim}`,
    where,
    expected: `${rows * set.dim} numbers`,
  });
}

/**
 * The same vectors with every text padded by zeros to the longest: `vectors` [N, T, dim] and `mask` [N, T] with 1 at
 * real tokens. T is at least 1, so that no tensor has an empty dimension.
 */
export function padTexts(set: TokenVectors): { vectors: Float32Array; mask: Float32Array; length: number } {
  const count = set.lengths.length;
  const length = set.lengths.reduce((a, b) => Math.max(a, b), 1);
  const vectors = new Float32Array(count * length * set.dim);
  const mask = new Float32Array(count * length);
  let row = 0;
  for (let i = 0; i < count; i++) {
    const own = set.lengths[i] as number;
    vectors.set(set.vectors.subarray(row * set.dim, (row + own) * set.dim), i * length * set.dim);
    mask.fill(1, i * length, i * length + own);
    row += own;
  }
  return { vectors, mask, length };
}

/** The way back from {@link padTexts}: keeps the first `lengths[i]` rows of each text. */
export function unpadTexts(padded: Float32Array, lengths: Int32Array, length: number, dim: number): TokenVectors {
  const rows = lengths.reduce((n, own) => n + own, 0);
  const vectors = new Float32Array(rows * dim);
  let row = 0;
  for (let i = 0; i < lengths.length; i++) {
    const own = lengths[i] as number;
    vectors.set(padded.subarray(i * length * dim, (i * length + own) * dim), row * dim);
    row += own;
  }
  return { dim, lengths, vectors };
}

/** All texts of several sets in one. Throws `internal` where the dimensions differ. */
export function joinTexts(sets: readonly TokenVectors[], dim: number): TokenVectors {
  for (const set of sets) {
    if (set.dim !== dim)
      throw new RaRftError({
        code: 'internal',
        message: `token vectors of ${set.dim} numbers`,
        expected: `${dim} numbers`,
      });
  }
  const lengths = new Int32Array(sets.reduce((n, set) => n + set.lengths.length, 0));
  const vectors = new Float32Array(sets.reduce((n, set) => n + set.vectors.length, 0));
  let text = 0;
  let at = 0;
  for (const set of sets) {
    lengths.set(set.lengths, text);
    vectors.set(set.vectors, at);
    text += set.lengths.length;
    at += set.vectors.length;
  }
  return { dim, lengths, vectors };
}
