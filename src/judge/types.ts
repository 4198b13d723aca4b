/** Gold-relevance labels: does this trace help with this problem? */

interface LabelBase {
  problemId: string;
  traceId: string;
  /** Who said so (`utility`, `truth`, a model's name). */
  judge: string;
  /** Content hash of everything the label depends on: judging again with the same key is never needed. */
  key: string;
}

/** A decided label. `score` is the judge's number where it has one (nats of gain for `utility`). */
export interface DecidedLabel extends LabelBase {
  relevant: boolean;
  score?: number;
  reason?: string;
}

/** A judgement that did not come about; never a negative. */
export interface FailedLabel extends LabelBase {
  failed: string;
}

export type Label = DecidedLabel | FailedLabel;
