/**
 * Truncated importance sampling: tokens drawn from another distribution than the policy's (a temperature, top-p, stale or rounded
 * weights) are weighed by min(p when sampled / q, cap), with q the sampler's probability (arXiv 2507.21046 uses the same for sampler
 * and trainer that round differently). Where both agree every weight is 1 and nothing changes.
 */
import { RaRftError } from '../../core/errors.js';
import type { Objective } from './types.js';

export function withImportance(objective: Objective, cap: number): Objective {
  return {
    needs: objective.needs,
    slope: (batch) => {
      let total = 0;
      let tokens = 0;
      let cut = 0;
      const corrected = batch.map((sequence) => {
        const { weights, oldLogprobs, samplerLogprobs } = sequence;
        if (!samplerLogprobs) throw unknownSampler();
        tokens += weights.length;
        return {
          ...sequence,
          weights: weights.map((weight, t) => {
            const ratio = Math.exp(Math.min(oldLogprobs[t]! - samplerLogprobs[t]!, 30));
            const factor = Math.min(ratio, cap);
            total += factor;
            if (ratio > cap) cut++;
            return weight * factor;
          }),
        };
      });
      const { stats, ...result } = objective.slope(corrected);
      if (total === tokens) return { ...result, stats };
      return { ...result, stats: { ...stats, importanceMean: total / tokens, importanceCapShare: cut / tokens } };
    },
  };
}

function unknownSampler(): RaRftError {
  return new RaRftError({
    code: 'engine',
    message: 'the engine cannot tell how likely its sampler was to draw these tokens',
    where: 'rl.generation',
    expected: 'temperature 1, topP 1 and topK 0 with this engine',
  });
}
