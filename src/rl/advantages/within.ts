/** Advantages that compare within a problem or within a prompt. */
import type { Rollout } from '../types.js';
import type { Advantage, ComparedWithin } from './types.js';

/**
 * The advantage that applies `compare` to the rewards of each unit. Responses without a reward (the verifier failed) take no part:
 * not in the statistics, not in the loss.
 */
export function within(unit: ComparedWithin, compare: (rewards: readonly number[]) => number[]): Advantage {
  return (batch_N) =>
    batch_N.map(({ groups_K }) => {
      if (unit === 'prompt') return groups_K.map(({ rollouts_G }) => known(rollouts_G, compare));
      const all = known(
        groups_K.flatMap(({ rollouts_G }) => rollouts_G),
        compare,
      );
      let next = 0;
      return groups_K.map(({ rollouts_G }) => rollouts_G.map(() => all[next++]));
    });
}

function known(
  rollouts: readonly Pick<Rollout, 'reward'>[],
  compare: (rewards: readonly number[]) => number[],
): (number | undefined)[] {
  const values = compare(rollouts.flatMap(({ reward }) => reward ?? []));
  let next = 0;
  return rollouts.map(({ reward }) => (reward === undefined ? undefined : values[next++]));
}
