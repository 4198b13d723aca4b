/** A divergence from the reference policy, taken off the rewards before they are compared (RLHF's own place for it). */
import { checkScores } from '../../engine/results.js';
import type { Policy } from '../../engine/types.js';
import { rolloutsOf, withRewards, type Comparison, type Rollout } from '../types.js';

/** Every reward r becomes r - coefficient sum(log p - log p_ref) over its tokens, as sampled (k1). */
export async function withKlPenalty(
  batch_N: readonly Comparison[],
  reference: Policy,
  coefficient: number,
): Promise<Comparison[]> {
  const groups = batch_N.flatMap(({ groups_K }) =>
    groups_K.map(({ prompt, rollouts_G }) => ({ prompt, responses: rollouts_G.map(({ tokens }) => tokens) })),
  );
  const reference_NGT = await reference.logprobs(groups);
  checkScores(groups, reference_NGT);
  const scores = reference_NGT.flat();
  const divergence = new Map<Rollout, number>(
    batch_N.flatMap(rolloutsOf).map((rollout, i) => {
      const sum = rollout.policyLogprobs.reduce((total, p, t) => total + p - scores[i]![t]!, 0);
      return [rollout, sum];
    }),
  );
  return withRewards(batch_N, (rollout) => rollout.reward - coefficient * divergence.get(rollout)!);
}
