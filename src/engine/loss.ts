/**
 * The losses of one token, with their derivative by its log-probability. Engines that compute them inside a graph are
 * tested against these.
 */
import type { LossSpec } from './types.js';

export interface TokenLoss {
  loss: number;
  /** d loss / d log p. */
  slope: number;
  /** The ratio was outside the clip range on the side where the clip holds it. */
  clipped: boolean;
}

/**
 * Loss of a token with log-probability `logprob` (see {@link LossSpec} for the formulas).
 * The clipped surrogate is PPO's (Schulman et al., 2017, Eq. 7): where min chooses the clipped term, the slope is 0.
 */
export function tokenLoss(
  spec: LossSpec,
  logprob: number,
  { weight, advantage = 0, samplerLogprob = 0 }: { weight: number; advantage?: number; samplerLogprob?: number },
): TokenLoss {
  if (spec.kind === 'cross_entropy') return { loss: -weight * logprob, slope: -weight, clipped: false };
  if (!spec.ratio) return { loss: -weight * advantage * logprob, slope: -weight * advantage, clipped: false };
  const ratio = Math.exp(logprob - samplerLogprob);
  const bounded = Math.min(Math.max(ratio, 1 - spec.clipLow), 1 + spec.clipHigh);
  const clipped = bounded * advantage < ratio * advantage;
  const surrogate = clipped ? bounded * advantage : ratio * advantage;
  return { loss: -weight * surrogate, slope: clipped ? 0 : -weight * advantage * ratio, clipped };
}
