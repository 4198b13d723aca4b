/**
 * MaxSim, the late-interaction score of ColBERT: every query token takes its best document token,
 *   sum:  s(q, c) = sum_i max_j <q_i, c_j>      mean: the same divided by the number of query tokens.
 * The paper leaves open which it uses. Mean is our default: with unit vectors it stays in [-1, 1], while a sum at
 * temperature 0.05 saturates the softmax of InfoNCE. This file is the reference; maxsim-graph.ts is the fast one.
 */
import { rowOffsets, type TokenVectors } from '../encode/token-vectors.js';

/** How the best matches of the query tokens become one number. */
export type Scoring = 'mean' | 'sum';

/**
 * Score of one pair: `query` [Tq, dim] against `document` [Td, dim], both flat. An empty document scores minus infinity
 * (it can match nothing, so it is never a hit); an empty query scores 0 against every document that is not empty.
 */
export function maxSim(query: Float32Array, document: Float32Array, dim: number, scoring: Scoring): number {
  const queryTokens = query.length / dim;
  if (document.length === 0) return -Infinity;
  let sum = 0;
  for (let i = 0; i < query.length; i += dim) {
    let best = -Infinity;
    for (let j = 0; j < document.length; j += dim) {
      let dot = 0;
      for (let d = 0; d < dim; d++) dot += (query[i + d] as number) * (document[j + d] as number);
      if (dot > best) best = dot;
    }
    sum += best;
  }
  return scoring === 'mean' && queryTokens > 0 ? sum / queryTokens : sum;
}

/** Scores of every query against every document, [Q * D] row by row. Plain loops: for tests and small sets only. */
export function maxSimMatrix(queries: TokenVectors, documents: TokenVectors, scoring: Scoring): Float64Array {
  const dim = queries.dim;
  const queryRows = rowOffsets(queries.lengths);
  const documentRows = rowOffsets(documents.lengths);
  const row = (set: TokenVectors, rows: Int32Array, i: number) =>
    set.vectors.subarray((rows[i] as number) * dim, (rows[i + 1] as number) * dim);
  const scores = new Float64Array(queries.lengths.length * documents.lengths.length);
  let at = 0;
  for (let q = 0; q < queries.lengths.length; q++) {
    const query = row(queries, queryRows, q);
    for (let d = 0; d < documents.lengths.length; d++)
      scores[at++] = maxSim(query, row(documents, documentRows, d), dim, scoring);
  }
  return scores;
}
