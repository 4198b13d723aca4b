/**
 * Advantages of the responses of one group: how much better each did than its group. Failed rollouts (reward
 * undefined) take no part: not in the group's statistics, not in the loss.
 */

/** Rewards of one group, in the order of its responses; undefined where the verifier failed. */
export type GroupRewards = readonly (number | undefined)[];

/** Advantages in the same order; undefined exactly where the reward is. */
export type GroupAdvantages = (number | undefined)[];

/** Keeps z-scores finite where rewards hardly differ. */
const zscoreEpsilon = 1e-6;

/**
 * The kinds of advantage, over the n rewards r_1..r_n that exist:
 * - `group-mean`: r_i - mean(r) (GRPO without the division by the spread, as in Dr. GRPO, arXiv 2503.20783)
 * - `group-zscore`: (r_i - mean(r)) / (std(r) + 1e-6), std with n - 1 (GRPO, arXiv 2402.03300)
 * - `leave-one-out`: r_i - mean of the others (RLOO, arXiv 2402.14740); needs two, a single reward gives 0
 */
export const advantageKinds = {
  'group-mean': (r: readonly number[]) => {
    const m = mean(r);
    return r.map((x) => x - m);
  },
  'group-zscore': (r: readonly number[]) => {
    const m = mean(r);
    const spread = sampleStd(r, m) + zscoreEpsilon;
    return r.map((x) => (x - m) / spread);
  },
  'leave-one-out': (r: readonly number[]) => {
    if (r.length < 2) return r.map(() => 0);
    const total = r.reduce((a, b) => a + b, 0);
    return r.map((x) => x - (total - x) / (r.length - 1));
  },
} as const satisfies Record<string, (rewards: readonly number[]) => number[]>;

export type AdvantageKind = keyof typeof advantageKinds;

/** Advantages of one group. */
export function groupAdvantages(kind: AdvantageKind, rewards: GroupRewards): GroupAdvantages {
  const known = rewards.filter((r) => r !== undefined);
  const values = advantageKinds[kind](known);
  let next = 0;
  return rewards.map((r) => (r === undefined ? undefined : values[next++]));
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}

function sampleStd(values: readonly number[], m: number): number {
  if (values.length < 2) return 0;
  return Math.sqrt(values.reduce((a, x) => a + (x - m) ** 2, 0) / (values.length - 1));
}
