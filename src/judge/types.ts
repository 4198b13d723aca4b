/** Gold-relevance labels: does this trace help with this problem? */

/**
 * Why a pair was judged, where only a part of all pairs is (labels.selection).
 * - `fit`: does the problem belong to the class of this trace?
 * - `confirm`: it seems to; a further trace of that class
 * - `found`: the problem fits no class and founds one with the traces that help it
 * - `extend`: does the trace, which has no class or has just found one, belong to the class of this problem?
 * - `audit-relevant`: drawn at random among the pairs that the classes call relevant
 * - `audit-rest`: drawn at random among all others
 */
export type ChoiceReason = 'fit' | 'confirm' | 'found' | 'extend' | 'audit-relevant' | 'audit-rest';

interface LabelBase {
  problemId: string;
  traceId: string;
  /** Who said so (`utility`, `truth`, a model's name). */
  judge: string;
  /** Content hash of everything the label depends on: judging again with the same key is never needed. */
  key: string;
  /** Set where a budget chose the pairs. */
  chosen?: ChoiceReason;
}

/** A decided label. `score` is the judge's number where it has one (nats of gain for `utility`). */
export interface DecidedLabel extends LabelBase {
  relevant: boolean;
  score?: number;
  reason?: string;
  /** Nobody judged this pair: it follows from verdicts on others of its class. */
  inferred?: true;
}

/** A judgement that did not come about; never a negative. */
export interface FailedLabel extends LabelBase {
  failed: string;
}

export type Label = DecidedLabel | FailedLabel;
