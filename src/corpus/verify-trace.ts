/** Whether a trace says the answer of its problem: a trace that does not would teach a wrong solution. */
import { answerKey } from '../data/index.js';
import { lastBoxed, type Verdict, type Verifier } from '../verify/index.js';
import type { RejectReason, SolvedProblem } from './types.js';

/** Why a trace is refused. */
export interface Refusal {
  reason: RejectReason;
  detail: string;
}

type Claim = Pick<SolvedProblem, 'id' | 'question' | 'answer'>;

/**
 * Compares the last box of each trace with the answer of its problem, in order; undefined where it is right. Answers of the
 * same text or number need no verifier, so that any answer of a corpus's own solutions passes; the others are the
 * verifier's to compare. A verifier that fails (timeout, error) is asked once more.
 */
export async function verifyTraces(
  verifier: Verifier,
  pairs: readonly { problem: Claim; trace: string }[],
): Promise<(Refusal | undefined)[]> {
  const refusals = pairs.map(({ problem, trace }) => sameText(problem.answer, trace));
  const unclear = pairs.filter((_, i) => refusals[i] === 'unclear');
  const asked = unclear.map(({ problem, trace }) => ({ problem, response: trace }));
  const verdicts = asked.length > 0 ? await verifier.verifyMany(asked) : [];
  const failed = verdicts.flatMap(({ outcome }, i) => (outcome === 'timeout' || outcome === 'error' ? [i] : []));
  if (failed.length > 0) {
    const again = await verifier.verifyMany(failed.map((i) => asked[i]!));
    for (const [n, i] of failed.entries()) verdicts[i] = again[n]!;
  }
  let next = 0;
  return refusals.map((found, i) => (found === 'unclear' ? refusal(verdicts[next++]!, pairs[i]!.problem) : found));
}

function sameText(answer: string, trace: string): Refusal | 'unclear' | undefined {
  const box = lastBoxed(trace);
  if ('missing' in box) return { reason: 'no-final-answer', detail: box.missing };
  return box.content !== '' && answerKey(box.content) === answerKey(answer) ? undefined : 'unclear';
}

function refusal(verdict: Verdict, { answer }: Claim): Refusal | undefined {
  switch (verdict.outcome) {
    case 'match':
      return undefined;
    case 'partial':
    case 'mismatch':
      return { reason: 'wrong-answer', detail: `says ${verdict.extracted ?? '?'}, not ${answer} (${verdict.rule})` };
    case 'no_answer':
      return { reason: 'no-final-answer', detail: verdict.rule };
    case 'gold_unparseable':
      return { reason: 'unverifiable-answer', detail: verdict.reason ?? verdict.rule };
    case 'too_costly':
      return { reason: 'wrong-answer', detail: verdict.reason ?? verdict.rule };
    case 'timeout':
    case 'error':
      return { reason: 'verifier-failed', detail: `${verdict.outcome}: ${verdict.reason ?? verdict.rule}` };
  }
}
