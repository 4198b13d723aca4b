/** Lengths of responses, for simulations. */
import type { Rng } from '../../src/core/index.js';

export interface LengthSpread {
  /** Tokens; half of the responses are longer. */
  median: number;
  /** Deviation of the logarithm of the length. */
  sigma: number;
  /** Longer ones are cut here. */
  max: number;
}

/** Lengths of groups: log-normal, as those of reasoning are about, each problem with a median of its own. */
export function drawLengths(
  rng: Rng,
  { groups, groupSize }: { groups: number; groupSize: number },
  { median, sigma, max }: LengthSpread,
): number[][] {
  // Half of the variance between problems, half within: what is sure is that hard problems have longer responses.
  const part = sigma / Math.SQRT2;
  return Array.from({ length: groups }, () => {
    const ofProblem = median * Math.exp(part * rng.normal());
    return Array.from({ length: groupSize }, () =>
      Math.min(max, Math.max(1, Math.round(ofProblem * Math.exp(part * rng.normal())))),
    );
  });
}
