/** How good retrievers are, with intervals: the rows of the paper's Table 3. */
import type { Rng } from '../core/rng.js';
import { bootstrapMean, type Estimate } from './bootstrap.js';

/** Figures of each query, as `gradeRanking` and `gradeTrec` give them. */
export interface RankingValues {
  recallAt: Readonly<Record<number, readonly number[]>>;
  reciprocalRank: readonly number[];
  ndcgAt: Readonly<Record<number, readonly number[]>>;
}

export interface RetrievalScore {
  /** Queries behind the figures. */
  queries: number;
  recallAt1: Estimate;
  recallAt5: Estimate;
  recallAt10: Estimate;
  mrr: Estimate;
  ndcgAt10: Estimate;
}

/** Ranks that {@link retrievalScore} needs figures at. */
export const RANKS = [1, 5, 10] as const;

/** Means over queries with their bootstrap intervals; undefined where there is no query: no figure, not zero. */
export function retrievalScore(
  { recallAt, reciprocalRank, ndcgAt }: RankingValues,
  { resamples, rng }: { resamples: number; rng: Rng },
): RetrievalScore | undefined {
  if (reciprocalRank.length === 0) return undefined;
  // The same draws for every retriever and figure, so that rows of one table differ by the retrievers alone.
  const estimate = (values: readonly number[] = []) => bootstrapMean(values, resamples, rng.fork('queries'));
  return {
    queries: reciprocalRank.length,
    recallAt1: estimate(recallAt[1]),
    recallAt5: estimate(recallAt[5]),
    recallAt10: estimate(recallAt[10]),
    mrr: estimate(reciprocalRank),
    ndcgAt10: estimate(ndcgAt[10]),
  };
}
