/** MaxSim of all pairs as one matrix product; the reference is maxsim.ts. */
import {
  div,
  linear,
  max,
  maximum,
  mul,
  reshape,
  squeeze,
  sub,
  sum,
  unsqueeze,
  type Dim,
  type Tensor,
} from '../../tensor/index.js';
import type { Scoring } from './maxsim.js';

/** Below every cosine, so that padding is never a query token's best match; small enough to keep float32's precision. */
const NEVER = -1e4;

/**
 * Scores [Q, D] of query vectors [Q, S, dim] against document vectors [D, T, dim]; masks [Q, S] and [D, T] are 1 at
 * tokens. Without `documentMask` every row counts (pad documents by repeating one of their rows: that saves a pass over
 * the products). A query without tokens scores 0; a document without tokens scores about -1e4.
 */
export function maxSimScores(
  query: Tensor,
  queryMask: Tensor,
  document: Tensor,
  documentMask: Tensor | undefined,
  scoring: Scoring,
): Tensor {
  const [queries, queryTokens, dim] = query.shape as [Dim, Dim, Dim];
  const [documents, documentTokens] = document.shape as [Dim, Dim];
  // The bias goes into the matrix product itself, which saves a pass over all [Q * S, D * T] of them.
  const bias = documentMask && reshape(mul(sub(1, documentMask), NEVER), [-1]);
  const products = linear(reshape(query, [-1, dim]), reshape(document, [-1, dim]), bias ? { bias } : {});
  const pairs = reshape(products, [queries, queryTokens, documents, documentTokens]);
  const best = squeeze(max(pairs, 3, true), 3);
  const total = sum(mul(best, unsqueeze(queryMask, 2)), 1);
  if (scoring === 'sum') return total;
  return div(total, maximum(sum(queryMask, 1, true), 1));
}
