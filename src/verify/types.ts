/** Verdicts: what a verifier says of a response, with its reason. Never a bare boolean. */

export type Outcome = 'match' | 'mismatch' | 'no_answer' | 'gold_unparseable' | 'timeout' | 'error';

export interface Verdict {
  outcome: Outcome;
  /** The rule that decided, for a person to read (`exact-integer`, `no-box`). */
  rule: string;
  /** The answer found in the response, as written. */
  extracted?: string;
  /** What failed, for `timeout`, `error` and `gold_unparseable`. */
  reason?: string;
  timeMs?: number;
}

/** Judges responses against a problem's gold answer. `verifyMany` keeps order; one bad pair never fails the rest. */
export interface Verifier {
  readonly name: string;
  verifyMany(pairs: readonly { problem: { id: string; question: string; answer: string }; response: string }[]): Promise<Verdict[]>;
  dispose(): Promise<void>;
}

/** 1 for a match, 0 for a mismatch or no answer; undefined where the verifier itself failed: such a rollout carries no reward. */
export function rewardOf(verdict: Verdict): 0 | 1 | undefined {
  if (verdict.outcome === 'match') return 1;
  if (verdict.outcome === 'mismatch' || verdict.outcome === 'no_answer') return 0;
  return undefined;
}
