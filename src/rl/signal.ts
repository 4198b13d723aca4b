/**
 * Which comparisons carry a gradient. Where every response to a problem is right, or every one wrong, all group advantages are
 * zero and the problem is left out of the update (it would only cost time). Rightness decides, not the spread of the
 * rewards, so that a group whose rewards differ by rounding or by a format bonus does not count as mixed; only
 * where a reward function grades beyond right and wrong does its spread decide.
 */
import { rolloutsOf, type Comparison } from './types.js';

/** `failed`: fewer than two responses have a reward, so nothing can be compared. */
export type Signal = 'mixed' | 'all-right' | 'all-wrong' | 'failed';

/** A response with its reward and whether it is right; reward undefined where the verifier failed. */
export interface Judged {
  reward: number | undefined;
  right: boolean;
}

/** Graded rewards closer than this count as equal. */
const gradedTolerance = 1e-6;

export function signalOf(responses: readonly Judged[]): Signal {
  const known = responses.filter((r): r is { reward: number; right: boolean } => r.reward !== undefined);
  if (known.length < 2) return 'failed';
  const rights = known.filter((r) => r.right).length;
  if (rights > 0 && rights < known.length) return 'mixed';
  if (known.some((r) => r.reward !== 0 && r.reward !== 1)) {
    const rewards = known.map((r) => r.reward);
    if (Math.max(...rewards) - Math.min(...rewards) > gradedTolerance) return 'mixed';
  }
  return rights > 0 ? 'all-right' : 'all-wrong';
}

export function comparisonSignal(comparison: Comparison): Signal {
  return signalOf(rolloutsOf(comparison).map((r) => ({ reward: r.reward, right: r.verdict.outcome === 'match' })));
}

/** How many comparisons there are of each kind. */
export function countSignals(batch_N: readonly Comparison[]): Record<Signal, number> {
  const counts: Record<Signal, number> = { mixed: 0, 'all-right': 0, 'all-wrong': 0, failed: 0 };
  for (const comparison of batch_N) counts[comparisonSignal(comparison)]++;
  return counts;
}
