/** Verdicts: what a verifier says of a response, with its reason. Never a bare boolean. */

/**
 * `partial`: right in part, with a reward between 0 and 1 (only reward modules say so). `too_costly`: an answer whose
 * comparison takes more work than is allowed, which counts as wrong; the gold answer alone takes its share at most.
 */
export type Outcome = (typeof outcomes)[number];

/** All outcomes, in the order in which they are counted for people. */
export const outcomes = [
  'match',
  'partial',
  'mismatch',
  'no_answer',
  'too_costly',
  'gold_unparseable',
  'timeout',
  'error',
] as const;

export interface Verdict {
  outcome: Outcome;
  /** The rule that decided, for a person to read (`exact-integer`, `no-box`). */
  rule: string;
  /** The answer found in the response, as written. */
  extracted?: string;
  /** Normal form of the gold answer: what was compared. */
  goldForm?: string;
  /** Normal form of the response's answer. */
  answerForm?: string;
  /** What was done, in order, a sentence each; only where it was asked for. */
  steps?: string[];
  /** What failed, for `timeout`, `error` and `gold_unparseable`; what was too much, for `too_costly`. */
  reason?: string;
  /** In [0, 1], where a reward module gave a number; otherwise the outcome says it all. */
  reward?: number;
  /** Time of the work itself; waiting for a thread is not counted. */
  timeMs?: number;
}

/** What a verifier may see of a problem; reward modules get every field the problem has. */
export interface VerifiedProblem {
  id: string;
  question: string;
  answer: string;
}

/** Judges responses against a problem's gold answer. `verifyMany` keeps order; one bad pair never fails the rest. */
export interface Verifier {
  readonly name: string;
  verifyMany(pairs: readonly { problem: VerifiedProblem; response: string }[]): Promise<Verdict[]>;
  /** Why a gold answer cannot be judged against; undefined where it can. For the loading of data. */
  checkAnswer?(answer: string): string | undefined;
  dispose(): Promise<void>;
}

/** Whether a verdict says anything about the response; false where the verifier itself failed. */
export function isJudged({ outcome }: Verdict): boolean {
  return outcome !== 'gold_unparseable' && outcome !== 'timeout' && outcome !== 'error';
}

/**
 * The reward of a verdict: 1 for a match, 0 for a mismatch, no answer or one too costly to compare, what a reward module
 * said in between;
 * undefined where the verifier itself failed: such a rollout carries no reward, and is no zero.
 */
export function rewardOf(verdict: Verdict): number | undefined {
  switch (verdict.outcome) {
    case 'match':
      return verdict.reward ?? 1;
    case 'partial':
      return verdict.reward;
    case 'mismatch':
    case 'no_answer':
    case 'too_costly':
      return verdict.reward ?? 0;
    case 'gold_unparseable':
    case 'timeout':
    case 'error':
      return undefined;
  }
}
