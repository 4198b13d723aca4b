/** The policy gradient itself (Eq. 3; Williams, 1992): -A log p. Only right for the first update of a batch. */
import { byToken } from './by-token.js';
import type { Objective } from './types.js';

export function policyGradient(): Objective {
  return byToken(({ advantage, logprobs }, t) => {
    const a = Math.fround(advantage);
    return { loss: -a * logprobs[t]!, slope: -a };
  });
}
