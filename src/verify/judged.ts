/** Verdicts with their rewards, and the refusal to go on where a verifier failed on everything. */
import { RaRftError } from '../core/errors.js';
import { rewardOf, type Verdict, type VerifiedProblem, type Verifier } from './types.js';

/** What became of a response; reward undefined where the verifier failed. */
export interface JudgedResponse {
  verdict: Verdict;
  reward: number | undefined;
}

/**
 * Judges all pairs, in their order. A reward that is no number from 0 to 1 makes an `error` verdict. Throws `verifier` where
 * verdicts are missing.
 */
export async function judgeAll(
  verifier: Verifier,
  pairs: readonly { problem: VerifiedProblem; response: string }[],
): Promise<JudgedResponse[]> {
  const verdicts = await verifier.verifyMany(pairs);
  if (verdicts.length !== pairs.length || verdicts.includes(undefined as never)) {
    throw new RaRftError({
      code: 'verifier',
      message: `the verifier gave ${verdicts.length} verdicts for ${pairs.length} responses`,
      where: verifier.name,
      expected: 'one verdict a response',
    });
  }
  return verdicts.map((verdict) => {
    const reward = rewardOf(verdict);
    if (reward === undefined || (reward >= 0 && reward <= 1)) return { verdict, reward };
    const { rule, timeMs } = verdict;
    const reason = `the reward ${reward} is not between 0 and 1`;
    return { verdict: { outcome: 'error', rule, reason, ...(timeMs !== undefined && { timeMs }) }, reward: undefined };
  });
}

/** The failed verdicts of some responses: how many of each kind, and the first reason. Undefined where none failed. */
export function failuresOf(
  judged: readonly { verdict: Verdict; reward: number | undefined | null }[],
): { count: number; of: number; kinds: string; reason: string } | undefined {
  const failed = judged.filter(({ reward }) => reward === undefined || reward === null);
  if (failed.length === 0) return undefined;
  const kinds = new Map<string, number>();
  for (const { verdict } of failed) kinds.set(verdict.outcome, (kinds.get(verdict.outcome) ?? 0) + 1);
  return {
    count: failed.length,
    of: judged.length,
    kinds: [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', '),
    reason: failed.find(({ verdict }) => verdict.reason !== undefined)?.verdict.reason ?? 'no reason was given',
  };
}

/**
 * Throws `verifier` with the first reason where there are responses and not one has a reward: averages would be empty and
 * nothing would be learnt, while the fault is the same each time.
 */
export function refuseAllFailed(
  judged: readonly { verdict: Verdict; reward: number | undefined | null }[],
  verifier: string,
): void {
  const failures = failuresOf(judged);
  if (!failures || failures.count < failures.of) return;
  throw new RaRftError({
    code: 'verifier',
    message: `none of ${failures.of} responses got a reward (${failures.kinds}); the first: ${failures.reason}`,
    where: `reward ${verifier}`,
    expected: 'a reward for some of them',
    hint: 'Try the reward by itself (`ra-rft verify`), mend it, and run the same command again.',
  });
}

/** Responses without a reward in a row that are no chance any more. */
const ENOUGH = 16;

/** A verifier at work over many steps. A step without any reward may be chance where steps are small, a row of them is not. */
export class RewardWatch {
  private readonly verifier: string;
  private failed: JudgedResponse[] = [];
  private anyReward = false;

  constructor(verifier: string) {
    this.verifier = verifier;
  }

  /** Throws as {@link refuseAllFailed} after 16 responses or more without a reward, or at the end where there never was one. */
  see(judged: readonly JudgedResponse[], isLast: boolean): void {
    const rewarded = judged.some(({ reward }) => reward !== undefined);
    this.anyReward ||= rewarded;
    this.failed = rewarded ? [] : [...this.failed, ...judged];
    if (this.failed.length >= ENOUGH || (isLast && !this.anyReward)) refuseAllFailed(this.failed, this.verifier);
  }
}
