/** Problems sampled with the contexts of their source, in a second try where the first was all wrong and the source has one. */
import type { Rng } from '../../core/rng.js';
import type { Problem } from '../../data/types.js';
import type { ContextSource, Moment } from '../contexts/index.js';
import { comparisonSignal } from '../signal.js';
import type { Comparison } from '../types.js';
import type { Draw } from './rollouts.js';

/** Counts how often a problem was sampled in a step, so that no try repeats the random numbers of another. */
export class Attempts {
  private readonly counts = new Map<string, number>();

  /** 0 for the first try of a problem. */
  next({ id }: Problem): number {
    const attempt = this.counts.get(id) ?? 0;
    this.counts.set(id, attempt + 1);
    return attempt;
  }
}

export interface Tries {
  source: ContextSource;
  step: number;
  /** Stream of the step. */
  rng: Rng;
  /** Of the step, over all its batches. */
  attempts: Attempts;
  sample(draws: readonly Draw[]): Promise<Comparison[]>;
}

/**
 * Samples every problem; those with wrong responses only are sampled again with what the source has for them, and that comparison takes
 * the place of the first. A first try that the verifier failed on is no wrong one.
 */
export async function sampleProblems(problems: readonly Problem[], tries: Tries): Promise<Comparison[]> {
  const { source } = tries;
  const first_N = await tries.sample(problems.map((problem) => draw(problem, tries, (at) => source.of(problem, at))));
  const again = first_N.flatMap((first, n) => {
    if (!source.rescue || comparisonSignal(first) !== 'all-wrong') return [];
    const second = draw(first.problem, tries, (at) => source.rescue?.(first.problem, at) ?? []);
    return second.contexts_K.length === 0 ? [] : [{ n, second }];
  });
  if (again.length === 0) return first_N;
  const rescued = await tries.sample(again.map(({ second }) => second));
  const places = new Map(again.map(({ n }, i) => [n, rescued[i]!]));
  return first_N.map((first, n) => {
    const second = places.get(n);
    return second ? { ...second, insteadOf: first } : first;
  });
}

function draw(problem: Problem, { step, rng, attempts }: Tries, contextsAt: (at: Moment) => Draw['contexts_K']): Draw {
  const attempt = attempts.next(problem);
  return { problem, attempt, contexts_K: contextsAt({ step, rng: rng.fork(`context/${problem.id}/${attempt}`) }) };
}
