/**
 * CISPO (MiniMax-M1, arXiv 2506.13585, Eq. 4): the clipped ratio weighs the policy gradient and carries no gradient itself, so that no
 * token is silenced.
 */
import { byToken, ratioOf } from './by-token.js';
import type { Objective } from './types.js';

/** -min(r, maxRatio) A log p, the ratio r held constant. */
export function cispo({ maxRatio }: { maxRatio: number }): Objective {
  return byToken((sequence, t) => {
    const a = Math.fround(sequence.advantage);
    const ratio = ratioOf(sequence, t);
    const slope = -Math.min(ratio, maxRatio) * a;
    return { loss: slope * sequence.logprobs[t]!, slope, counted: ratio > maxRatio };
  }, 'clipShare');
}
