/**
 * Losses of graded labels over an explicit [query x document] score matrix, with their gradients. They look at a query's *measured*
 * candidates alone: all of them say something, and what was not measured says nothing. With s the scores of a query, g its
 * gains, tau and tau_g their temperatures:
 *   kl:     sum over c of p(c) (log p(c) - log softmax(s/tau)(c)),  p = softmax(g/tau_g)
 *   margin: mean over pairs (a, b) of ((s_a - s_b)/tau - (g_a - g_b)/tau_g)^2
 * `kl` is the listwise distillation of RankDistil and RocketQAv2 (arXiv 2110.07367); `margin` is Margin-MSE (arXiv 2010.02666)
 * over all pairs of candidates instead of one positive and one negative. Both have the same best scores, those that follow the gains;
 * the first cares about the best candidates most, the second about all alike.
 * This is the reference; training computes the same inside its tensor graph (graded-graph.ts).
 */
import { RaRftError } from '../../core/errors.js';
import { checkMasks, type LossResult, type PairMasks } from './infonce.js';
import { logSumExp } from './log-sum-exp.js';

export interface GradedOptions {
  /** Of the scores. */
  temperature: number;
  /** Of the gains. */
  gainTemperature: number;
}

/** The measured candidates of a query that has at least two, which is what it takes to compare. */
export interface GradedRow {
  /** Share of the query in the loss; the shares of all rows sum to 1. */
  share: number;
  /** Places in the [Q * D] matrix. */
  at: number[];
  /** Gain over temperature at those places. */
  targets: number[];
}

/** Rows of the graded losses. Throws `internal` where the batch has no gains. */
export function gradedRows(masks: PairMasks, gainTemperature: number): GradedRow[] {
  const { queries, documents, gains, weights } = masks;
  if (gains?.length !== queries * documents) {
    throw new RaRftError({
      code: 'internal',
      message: `a loss of graded labels on a batch with ${gains?.length ?? 'no'} gains`,
      expected: `${queries} x ${documents} = ${queries * documents} gains, NaN where none was measured`,
    });
  }
  const rows = Array.from({ length: queries }, (_, q) => {
    const at = Array.from({ length: documents }, (_, d) => q * documents + d).filter((i) => !Number.isNaN(gains[i]));
    return { share: weights?.[q] ?? 1, at, targets: at.map((i) => (gains[i] as number) / gainTemperature) };
  }).filter(({ share, at }) => at.length >= 2 && share > 0);
  const total = rows.reduce((sum, { share }) => sum + share, 0);
  return rows.map((row) => ({ ...row, share: row.share / total }));
}

/** KL from the softmax of gains to the softmax of scores: the weighted mean over queries, in nats. */
export function gradedKl(scores: ArrayLike<number>, masks: PairMasks, options: GradedOptions): LossResult {
  return eachRow(scores, masks, options, ({ targets }, logits) => {
    const [logTarget, logScore] = [logSoftmax(targets), logSoftmax(logits)];
    return {
      loss: logTarget.reduce((sum, p, c) => sum + Math.exp(p) * (p - (logScore[c] as number)), 0),
      slopes: logTarget.map((p, c) => Math.exp(logScore[c] as number) - Math.exp(p)),
    };
  });
}

/**
 * Margin-MSE over all pairs of a query's measured candidates: the weighted mean over queries. The mean over pairs of squared
 * differences of r = s/tau - g/tau_g is twice its sample variance, so no pair is formed.
 */
export function gradedMargin(scores: ArrayLike<number>, masks: PairMasks, options: GradedOptions): LossResult {
  return eachRow(scores, masks, options, ({ targets }, logits) => {
    const errors = logits.map((logit, c) => logit - (targets[c] as number));
    const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
    const scale = 2 / (errors.length - 1);
    return {
      loss: scale * errors.reduce((sum, error) => sum + (error - mean) ** 2, 0),
      slopes: errors.map((error) => 2 * scale * (error - mean)),
    };
  });
}

function eachRow(
  scores: ArrayLike<number>,
  masks: PairMasks,
  { temperature, gainTemperature }: GradedOptions,
  ofRow: (row: GradedRow, logits: number[]) => { loss: number; slopes: number[] },
): LossResult {
  checkMasks(masks, scores.length);
  const gradient = new Float64Array(scores.length);
  const rows = gradedRows(masks, gainTemperature);
  let [loss, largest] = [0, 0];
  for (const row of rows) {
    const logits = row.at.map((i) => (scores[i] as number) / temperature);
    const own = ofRow(row, logits);
    loss += row.share * own.loss;
    row.at.forEach((i, c) => (gradient[i] = (row.share * (own.slopes[c] as number)) / temperature));
    largest += Math.exp(logSoftmax(logits).reduce((a, b) => Math.max(a, b)));
  }
  return { loss, gradient, meanMaxProbability: rows.length === 0 ? 0 : largest / rows.length };
}

function logSoftmax(logits: readonly number[]): number[] {
  const total = logSumExp(logits);
  return logits.map((logit) => logit - total);
}
