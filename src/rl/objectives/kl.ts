/**
 * Divergence from a reference policy by the sampled tokens (Schulman, "Approximating KL Divergence", 2020), with x = log p - log p_ref:
 * - k1: x, unbiased. As a loss its gradient is zero on average and only adds noise: it belongs into the reward.
 * - k2: x^2 / 2, whose gradient is that of KL(p || p_ref).
 * - k3: exp(-x) - 1 + x, never negative (GRPO's own penalty).
 */
import { byToken, type TokenLoss } from './by-token.js';
import type { Objective, Sequence } from './types.js';

export const klEstimators = {
  k1: (x: number): TokenLoss => ({ loss: x, slope: 1 }),
  k2: (x: number): TokenLoss => ({ loss: (x * x) / 2, slope: x }),
  k3: (x: number): TokenLoss => {
    const inverse = Math.exp(Math.min(-x, 30));
    return { loss: inverse - 1 + x, slope: 1 - inverse };
  },
} as const;

export type KlEstimator = keyof typeof klEstimators;

/** Adds `coefficient` times the divergence to the loss. */
export function withKl(objective: Objective, estimator: KlEstimator, coefficient: number): Objective {
  const penalty = byToken((sequence, t) => klEstimators[estimator](sequence.logprobs[t]! - referenceOf(sequence)[t]!));
  return {
    needs: [...new Set([...objective.needs, 'reference' as const])],
    slope: (batch) => {
      const base = objective.slope(batch);
      const kl = penalty.slope(batch);
      return {
        loss: base.loss + coefficient * kl.loss,
        slopes: base.slopes.map((own, i) => own.map((slope, t) => slope + coefficient * kl.slopes[i]![t]!)),
        stats: { ...base.stats, klMean: meanKl(batch, estimator) },
      };
    },
  };
}

/** Mean of the estimator over all tokens. */
function meanKl(batch: readonly Sequence[], estimator: KlEstimator): number {
  let total = 0;
  let tokens = 0;
  for (const sequence of batch) {
    const reference = referenceOf(sequence);
    for (const [t, p] of sequence.logprobs.entries()) total += klEstimators[estimator](p - reference[t]!).loss;
    tokens += sequence.logprobs.length;
  }
  return tokens > 0 ? total / tokens : 0;
}

function referenceOf({ referenceLogprobs }: Pick<Sequence, 'referenceLogprobs'>): Float32Array {
  if (!referenceLogprobs) throw new TypeError('the reference has not scored this response');
  return referenceLogprobs;
}
