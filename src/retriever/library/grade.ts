/** How good a retriever is on labelled questions, in the usual figures. */
import { gradeRanking, mean } from '../grade/metrics.js';
import type { Trace } from '../../data/types.js';
import type { LabelledQuery } from '../train/pairs.js';
import type { Hit } from '../types.js';

/** Shares from 0 to 1 over the questions; a trace without a label counts as not relevant. */
export interface RetrieverFigures {
  questions: number;
  recallAt1: number;
  recallAt5: number;
  recallAt10: number;
  mrr: number;
  ndcgAt10: number;
}

/** Undefined without any question: there is no figure then, not zero. */
export function figuresOf(
  test: readonly LabelledQuery[],
  hits_Q: readonly (readonly Hit[])[],
  traces: readonly Trace[],
): RetrieverFigures | undefined {
  const positives = new Map(test.map(({ query, positives: own }) => [query.id, new Set(own.map(({ id }) => id))]));
  const queries = test.map(({ query }) => query);
  const relevance = ({ id }: { id: string }, trace: Trace) => (positives.get(id)?.has(trace.id) ? 1 : 0);
  const graded = gradeRanking(queries, hits_Q, relevance, { ks: [1, 5, 10], candidates: () => traces });
  const questions = graded.queryIds.length;
  if (questions === 0) return undefined;
  const at = (values: readonly number[] | undefined) => mean(values ?? []) as number;
  return {
    questions,
    recallAt1: at(graded.recallAt[1]),
    recallAt5: at(graded.recallAt[5]),
    recallAt10: at(graded.recallAt[10]),
    mrr: at(graded.reciprocalRank),
    ndcgAt10: at(graded.ndcgAt[10]),
  };
}
