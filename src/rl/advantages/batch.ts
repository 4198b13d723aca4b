/** REINFORCE++ (arXiv 2501.03262): rewards compared over the whole batch, whatever problem they belong to. */
import { rolloutsOf, type Comparison } from '../types.js';
import type { Advantage, AdvantageTable, ComparedWithin } from './types.js';
import { lessMean } from './group.js';
import { within } from './within.js';

/** Keeps the division finite. */
const EPSILON = 1e-8;

/**
 * (s - mean(s)) / sqrt(var(s) + 1e-8) over the batch's tokens, each token carrying its response's s; the variance with n - 1.
 * s is the reward, or with `baseline` the reward less the mean of its unit. A batch whose rewards are all equal gives zeros.
 */
export function overBatch(baseline: ComparedWithin | 'none'): Advantage {
  const raw: Advantage =
    baseline === 'none'
      ? (batch_N) =>
          batch_N.map(({ groups_K }) => groups_K.map(({ rollouts_G }) => rollouts_G.map(({ reward }) => reward)))
      : within(baseline, lessMean);
  return (batch_N) => whitened(batch_N, raw(batch_N));
}

/**
 * (r - mean of its unit) / std over all responses of the batch, with n - 1: the spread of the batch does not blow up where one problem's
 * rewards hardly differ (Lite PPO, arXiv 2508.08221). A batch without any spread gives zeros.
 */
export function overBatchSpread(unit: ComparedWithin): Advantage {
  const centred = within(unit, lessMean);
  return (batch_N) => {
    const rewards = batch_N.flatMap(rolloutsOf).flatMap(({ reward }) => reward ?? []);
    const squares = lessMean(rewards).reduce((sum, r) => sum + r * r, 0);
    const spread = Math.sqrt(squares / Math.max(1, rewards.length - 1) + EPSILON);
    return centred(batch_N).map((groups_K) =>
      groups_K.map((values_G) => values_G.map((value) => (value === undefined ? undefined : value / spread))),
    );
  };
}

function whitened(batch_N: readonly Comparison[], scores_NKG: AdvantageTable): AdvantageTable {
  const lengths = batch_N.flatMap(rolloutsOf).map(({ tokens }) => tokens.length);
  const scores = scores_NKG.flat(2);
  let tokens = 0;
  let total = 0;
  for (const [i, s] of scores.entries()) {
    if (s === undefined) continue;
    tokens += lengths[i]!;
    total += s * lengths[i]!;
  }
  const mean = total / Math.max(1, tokens);
  const squares = scores.reduce<number>((sum, s, i) => sum + (s === undefined ? 0 : (s - mean) ** 2 * lengths[i]!), 0);
  const spread = Math.sqrt(squares / Math.max(1, tokens - 1) + EPSILON);
  return scores_NKG.map((groups_K) =>
    groups_K.map((scores_G) => scores_G.map((s) => (s === undefined ? undefined : (s - mean) / spread))),
  );
}
