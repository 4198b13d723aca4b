/** Comparisons of the n rewards r_1..r_n of one unit. Equal rewards give zeros, one reward gives zero. */

/** r_i - mean(r): Dr. GRPO (arXiv 2503.20783), GRPO without the division by the spread. */
export function lessMean(rewards: readonly number[]): number[] {
  const m = mean(rewards);
  return rewards.map((r) => r - m);
}

/** Keeps z-scores finite where rewards hardly differ. */
const EPSILON = 1e-6;

/**
 * (r_i - mean(r)) / (std(r) + 1e-6), std with n - 1: GRPO (arXiv 2402.03300). A spread below 1e-6 is rounding, not a difference, and
 * gives zeros: divided by itself it would teach as much as right against wrong.
 */
export function zscore(rewards: readonly number[]): number[] {
  const m = mean(rewards);
  const squares = rewards.reduce((sum, r) => sum + (r - m) ** 2, 0);
  const spread = Math.sqrt(squares / Math.max(1, rewards.length - 1));
  if (spread < EPSILON) return rewards.map(() => 0);
  return rewards.map((r) => (r - m) / (spread + EPSILON));
}

/** r_i - mean of the others: RLOO (arXiv 2402.14740). */
export function lessOthers(rewards: readonly number[]): number[] {
  if (rewards.length < 2) return rewards.map(() => 0);
  const total = rewards.reduce((a, b) => a + b, 0);
  return rewards.map((r) => r - (total - r) / (rewards.length - 1));
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}
