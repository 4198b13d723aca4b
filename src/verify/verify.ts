/** Judging answers in one call: the threads behind it are shared by the whole process. */
import { openMathVerifier, type AnswerPair, type MathVerifier, type VerifyOptions } from './math-verifier.js';
import { isJudged, type Verdict } from './types.js';

/** Opened by the first call. Starting threads takes a hundred times longer than a verdict, so calls share them. */
let shared: MathVerifier | undefined;

/**
 * Judges a response against a gold answer. Never rejects, and never takes long: the work is counted, and an answer that
 * needs too much is `too_costly`. What goes wrong is a verdict too (`timeout`, `error`, `gold_unparseable`), with its reason. The order matters: gold first.
 *
 * ```ts
 * import { verify } from 'ra-rft/verify';
 *
 * const verdict = await verify('\\frac{1}{2}', 'so it is \\boxed{0.5}');
 * console.log(verdict.outcome, verdict.rule); // match, and the rule that decided
 * ```
 */
export async function verify(gold: string, response: string, options: VerifyOptions = {}): Promise<Verdict> {
  const [verdict] = await verifyMany([{ gold, response }], options);
  return verdict as Verdict;
}

/** As {@link verify}, for many pairs at once; verdicts in their order. A group of rollouts is best judged in one call. */
export function verifyMany(pairs: readonly AnswerPair[], options: VerifyOptions = {}): Promise<Verdict[]> {
  shared ??= openMathVerifier();
  return shared.verifyPairs(pairs, options);
}

/** True for a match, false for a wrong or missing answer, undefined where the verifier itself failed. */
export async function isCorrect(
  gold: string,
  response: string,
  options: VerifyOptions = {},
): Promise<boolean | undefined> {
  const verdict = await verify(gold, response, options);
  return isJudged(verdict) ? verdict.outcome === 'match' : undefined;
}
