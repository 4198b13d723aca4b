/** Which test problems an evaluation is over. Pure. */
import { defaultSplit, type Problem } from '../data/index.js';

/** The keys that decide it. */
export interface EvaluatedScope {
  eval: { maxProblems: number };
  rl: { steps: number };
}

/** All problems at the last step; before it at most `eval.maxProblems` of each split (0: all). */
export function evaluatedProblems<T extends Pick<Problem, 'split'>>(
  test: readonly T[],
  step: number,
  { eval: { maxProblems }, rl: { steps } }: EvaluatedScope,
): T[] {
  if (maxProblems === 0 || step === steps) return [...test];
  const counts = new Map<string, number>();
  return test.filter(({ split = defaultSplit }) => {
    const count = (counts.get(split) ?? 0) + 1;
    counts.set(split, count);
    return count <= maxProblems;
  });
}
