/** Objectives whose loss is a sum over tokens, each by itself. */
import type { Objective, ObjectiveStats, Sequence } from './types.js';

/** One token's part of the loss, its weight not yet in it. */
export interface TokenLoss {
  loss: number;
  /** d loss / d log p. */
  slope: number;
  /** Counts towards the objective's share (clipped, cut off). */
  counted?: boolean;
}

/** The objective that sums `tokenLoss` over tokens with their weights; `stat` names the share of counted tokens. */
export function byToken(
  tokenLoss: (sequence: Sequence, t: number) => TokenLoss,
  stat?: keyof ObjectiveStats,
): Objective {
  return {
    needs: [],
    slope: (batch) => {
      let loss = 0;
      let counted = 0;
      let tokens = 0;
      const slopes = batch.map((sequence) => {
        const { weights } = sequence;
        tokens += weights.length;
        return weights.map((weight, t) => {
          const one = tokenLoss(sequence, t);
          loss += weight * one.loss;
          counted += Number(one.counted ?? false);
          return weight * one.slope;
        });
      });
      return { loss, slopes, stats: stat ? { [stat]: tokens > 0 ? counted / tokens : 0 } : {} };
    },
  };
}

/** exp(log p now - log p when sampled), kept finite: the bound is far beyond any clip. */
export function ratioOf({ logprobs, oldLogprobs }: Sequence, t: number): number {
  return Math.exp(Math.min(logprobs[t]! - oldLogprobs[t]!, 30));
}
