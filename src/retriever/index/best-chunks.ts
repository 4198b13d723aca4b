/** From scores of chunks to documents, the same for every index here. */
import type { Scorer } from '../encode/net/port.js';
import type { TokenVectors } from '../encode/token-vectors.js';

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
