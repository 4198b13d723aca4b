/** The words of budgeted selection: pairs that were chosen, why, and what choosing needs. */
import type { QueryCandidates } from './pairs.js';
import type { Label } from './types.js';

/**
 * Why a pair was chosen.
 * - `first`: the stratified sample before anything is known
 * - `confident`: the quick retriever puts it first, and its query has no positive yet or the retriever is surer than of others
 * - `uncertain`: the quick retriever's best guess for a query it is unsure about
 * - `random`: drawn without asking the retriever, so that its taste hides nothing
 */
export type ChoiceReason = 'first' | 'confident' | 'uncertain' | 'random';

/** A line of the selection file. */
export interface ChosenPair {
  problemId: string;
  traceId: string;
  /** 0 for the first sample. */
  round: number;
  reason: ChoiceReason;
  /** Probability of the trace among the query's candidates by the quick retriever, where it was asked. */
  probability?: number;
}

/** Labels of the given pairs; pairs that were judged before are not paid again. */
export type JudgePairs = (queries: readonly QueryCandidates[]) => Promise<Label[]>;

/**
 * Scores every candidate of every query with a retriever that was trained quickly on the labels so far, in the order of the
 * candidates; larger is more relevant. Undefined where the labels are too few to train on. The judge knows no retriever:
 * whoever calls brings one.
 */
export type ScoreCandidates = (
  labels: readonly Label[],
  queries: readonly QueryCandidates[],
  round: number,
) => Promise<Float32Array[] | undefined>;
