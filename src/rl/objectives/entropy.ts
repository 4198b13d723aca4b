/**
 * A bonus for entropy by the sampled tokens: the gradient of H = -E[log p] is -E[log p grad log p], so the loss -b H has the slope
 * b log p at every sampled token. Unbiased on policy; exact entropy would need every logit.
 */
import type { Objective } from './types.js';

/** Subtracts `coefficient` times the estimated entropy from the loss. */
export function withEntropyBonus(objective: Objective, coefficient: number): Objective {
  return {
    needs: objective.needs,
    slope: (batch) => {
      const base = objective.slope(batch);
      let { loss } = base;
      let total = 0;
      let tokens = 0;
      const slopes = base.slopes.map((own, i) => {
        const { weights, logprobs } = batch[i]!;
        tokens += logprobs.length;
        return own.map((slope, t) => {
          total -= logprobs[t]!;
          loss += coefficient * weights[t]! * logprobs[t]!;
          return slope + coefficient * weights[t]! * logprobs[t]!;
        });
      });
      return { loss, slopes, stats: { ...base.stats, entropyEstimate: tokens > 0 ? total / tokens : 0 } };
    },
  };
}
