/** Numbers of a demo that two runtimes must agree on: written by Node with the site, computed again by the page. */
import type { Problem, Trace } from '../../data/types.js';
import type { DemoModels } from './models.js';
import type { DemoNumbers, ProblemNumbers } from './site.js';

/** How far two runtimes are apart at most. */
export interface Differences {
  scores: number;
  logprobs: number;
  /** Problems whose best trace is another one. */
  otherTraces: number;
}

/** What the page and Node may differ by. */
export const TOLERANCE = 1e-3;

/** Computes the numbers of some problems; of one without a solution, its best trace is scored in its place. */
export async function numbersOf(models: DemoModels, problems: readonly Problem[]): Promise<DemoNumbers> {
  const numbers: DemoNumbers = [];
  for (const problem of problems) {
    const [best] = await models.search(problem, 1);
    const trace = best?.trace;
    const solution = problem.solution ?? trace?.trace ?? problem.answer;
    const logprobs = async (of: Trace | undefined) => [...(await models.logprobs(problem, of, solution))];
    numbers.push({
      problemId: problem.id,
      scores: [...(await models.scores(problem.question))],
      bestId: trace?.id ?? '',
      withTrace: await logprobs(trace),
      withoutTrace: await logprobs(undefined),
    });
  }
  return numbers;
}

/** The largest differences; infinite where the two are not of the same problems, traces and tokens. */
export function differences(expected: DemoNumbers, found: DemoNumbers): Differences {
  const pairs = expected.map((one, i) => [one, found[i]] as const);
  const apart = (of: (numbers: ProblemNumbers) => readonly number[]) =>
    Math.max(0, ...pairs.map(([one, other]) => (other ? largestGap(of(one), of(other)) : Infinity)));
  return {
    scores: apart(({ scores }) => scores),
    logprobs: apart(({ withTrace, withoutTrace }) => [...withTrace, ...withoutTrace]),
    otherTraces: pairs.filter(([one, other]) => one.bestId !== other?.bestId).length,
  };
}

/** Whether all is within the tolerance. A best trace may be another only where two scores are equal within it. */
export function agree({ scores, logprobs }: Differences): boolean {
  return scores <= TOLERANCE && logprobs <= TOLERANCE;
}

function largestGap(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  // NaN is no small difference.
  return a.reduce((most, x, i) => Math.max(most, Number.isNaN(x - b[i]!) ? Infinity : Math.abs(x - b[i]!)), 0);
}
