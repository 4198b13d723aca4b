/**
 * InfoNCE (Eq. 2 of the paper) over an explicit [query x document] score matrix, with its gradient. For every positive
 * pair (q, c+) the candidates are c+ and the negatives of q; the *other* positives of q are left out of the
 * denominator, since pushing known positives away would contradict the labels (the paper does not say what it does):
 *   loss(q, c+) = -log( exp(s(q,c+)/tau) / (exp(s(q,c+)/tau) + sum over negatives exp(s(q,c)/tau)) )
 * This is the reference; training computes the same inside its tensor graph (infonce-graph.ts).
 */
import { RaRftError } from '../../core/errors.js';
import { logSumExp } from './log-sum-exp.js';

/** What a batch says of its [query x document] pairs. */
export interface PairMasks {
  queries: number;
  documents: number;
  /** [Q * D], 1 where the document is a positive to be trained on. */
  positive: Uint8Array;
  /**
   * [Q * D], 1 where the pair says nothing: known positives that are not this batch's pair, other traces of the same
   * problem, the query's own answer, failed labels. Never a negative; must be 0 at positives.
   */
  ignore: Uint8Array;
  /** [Q * D], what the document gains the query, NaN where that was not measured; for losses of graded labels. */
  gains?: Float32Array;
  /** [Q], how much each query counts; left out: all alike. */
  weights?: Float32Array;
}

/** What every loss of a score matrix gives. */
export interface LossResult {
  loss: number;
  /** d loss / d score, [Q * D]. */
  gradient: Float64Array;
  /**
   * Mean over queries that have candidates (positives and negatives, or measured ones) of the largest softmax probability among
   * them. Near 1 *before* training it means saturation: summed scores or too low a temperature.
   */
  meanMaxProbability: number;
}

export interface InfoNceResult extends LossResult {
  /** Number of positive pairs. */
  pairs: number;
}

/** Above this mean largest probability at the first step the softmax is saturated and gives next to no gradient. */
export const SATURATION = 0.99;

/** InfoNCE of a score matrix [Q * D]: the mean over positive pairs, weighted by query; 0 where there are none. Throws `internal` where masks and scores do not fit or a pair is both positive and ignored. */
export function infoNce(scores: ArrayLike<number>, masks: PairMasks, temperature: number): InfoNceResult {
  checkMasks(masks, scores.length);
  const { queries, documents, positive, ignore } = masks;
  const gradient = new Float64Array(queries * documents);
  const shares = pairShares(masks);
  let loss = 0;
  let maxProbability = 0;
  let queriesWithPositive = 0;
  for (let q = 0; q < queries; q++) {
    const from = q * documents;
    const candidates = Array.from({ length: documents }, (_, d) => from + d).filter((i) => !ignore[i]);
    const negatives = candidates.filter((i) => !positive[i]);
    const positives = candidates.filter((i) => positive[i]);
    if (positives.length === 0) continue;
    const logit = (i: number) => (scores[i] as number) / temperature;
    const logNegatives = logSumExp(negatives.map(logit));
    for (const i of positives) {
      const logTotal = logSumExp([logit(i), logNegatives]);
      loss += (shares[i] as number) * (logTotal - logit(i));
      const scale = (shares[i] as number) / temperature;
      gradient[i] = (gradient[i] as number) + scale * (Math.exp(logit(i) - logTotal) - 1);
      for (const j of negatives) gradient[j] = (gradient[j] as number) + scale * Math.exp(logit(j) - logTotal);
    }
    const logits = candidates.map(logit);
    maxProbability += Math.exp(logits.reduce((a, b) => Math.max(a, b)) - logSumExp(logits));
    queriesWithPositive++;
  }
  return {
    loss,
    pairs: positive.reduce((n, p) => n + p, 0),
    gradient,
    meanMaxProbability: queriesWithPositive === 0 ? 0 : maxProbability / queriesWithPositive,
  };
}

/** [Q * D], the share of each positive pair in the loss: equal, or as the weights of the queries are. */
export function pairShares({ documents, positive, weights }: PairMasks): Float64Array {
  const weightOf = (i: number) => weights?.[Math.floor(i / documents)] ?? 1;
  const total = positive.reduce((sum, p, i) => sum + (p ? weightOf(i) : 0), 0);
  return Float64Array.from(positive, (p, i) => (p && total > 0 ? weightOf(i) / total : 0));
}

/** Throws `internal` where sizes do not fit or a pair is both positive and ignored. */
export function checkMasks(masks: PairMasks, scores: number): void {
  const { queries, documents, positive, ignore } = masks;
  const size = queries * documents;
  if (scores !== size || positive.length !== size || ignore.length !== size) {
    throw new RaRftError({
      code: 'internal',
      message: `score matrix of ${scores} numbers, masks of ${positive.length} and ${ignore.length}`,
      expected: `${queries} x ${documents} = ${size} each`,
    });
  }
  const both = positive.findIndex((p, i) => p !== 0 && ignore[i] !== 0);
  if (both >= 0) {
    const where = `query ${Math.floor(both / documents)}, document ${both % documents}`;
    throw new RaRftError({ code: 'internal', message: 'a pair is both positive and ignored', where });
  }
}
