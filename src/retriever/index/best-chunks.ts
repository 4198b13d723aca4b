/** From scores of chunks to documents, and what may come back, the same for every index here. */
import type { Scorer } from '../encode/net/port.js';
import type { TokenVectors } from '../encode/token-vectors.js';
import { optionsOf, rank } from '../score/ranking.js';
import { compileFilter } from './filter.js';
import type { Fields } from './filter.js';
import type { IndexSearch, Scored } from './types.js';

/** The best score of each document; minus infinity where it has no chunk. `ownerOf` has the document of each chunk. */
export function bestOfChunks(scores: Float32Array, ownerOf: ArrayLike<number>, documents: number): Float32Array {
  const best = new Float32Array(documents).fill(-Infinity);
  for (let chunk = 0; chunk < scores.length; chunk++) {
    const owner = ownerOf[chunk] as number;
    const score = scores[chunk] as number;
    // Written so that a score that is not a number gets through, to be refused where documents are ranked.
    if (!(score <= (best[owner] as number))) best[owner] = score;
  }
  return best;
}

/** The document of each chunk, where documents stand one after the other with so many chunks. */
export function ownersOf(counts: readonly number[]): number[] {
  return counts.flatMap((count, document) => Array<number>(count).fill(document));
}

/** Hands documents to a scorer, so many of `chunks` each; the result scores queries by all of them, [Q * D], by their best chunks. */
export async function scoreDocuments(
  scorer: Scorer,
  chunks: TokenVectors,
  counts: readonly number[],
): Promise<(queries: TokenVectors) => Promise<Float32Array>> {
  await scorer.setDocuments(chunks);
  const ownerOf = ownersOf(counts);
  return async (queries) => {
    const scores = await scorer.score(queries);
    const best = new Float32Array(queries.lengths.length * counts.length);
    for (let q = 0; q < queries.lengths.length; q++) {
      const own = scores.subarray(q * ownerOf.length, (q + 1) * ownerOf.length);
      best.set(bestOfChunks(own, ownerOf, counts.length), q * counts.length);
    }
    return best;
  };
}

/** 1 at each document that the filter of a search lets pass; undefined where there is no filter. */
export function filterMask(
  { filter }: IndexSearch,
  ids: readonly string[],
  fieldsOf: (at: number) => Fields | undefined,
): Uint8Array | undefined {
  if (!filter) return undefined;
  const passes = compileFilter(filter);
  return Uint8Array.from(ids, (id, at) => (passes(id, fieldsOf(at)) ? 1 : 0));
}

/** Ranks the documents for the query at `q` by scores of their own; those with 0 in `mask` may not come back. */
export function rankFor(
  q: number,
  options: IndexSearch,
  ids: readonly string[],
  scores: Float32Array,
  mask?: Uint8Array,
): Scored[] {
  const allowed = mask ? scores.map((score, i) => (mask[i] === 1 ? score : -Infinity)) : scores;
  return rank(ids, allowed, optionsOf(options, q), `query ${q}`);
}
