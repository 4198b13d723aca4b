/** A fixed set of demonstrations: solved examples drawn once, the same in every prompt (in-context RLVR, arXiv 2603.09803). */
import type { Rng } from '../../core/rng.js';
import { isUnseen, type TraceGuard } from '../../data/guards.js';
import type { Problem, Trace } from '../../data/types.js';

export interface DemonstrationPool {
  corpus: readonly Trace[];
  train: readonly Problem[];
  guard: Pick<TraceGuard, 'mayTeach'>;
}

/** Candidates looked at for each demonstration that is wanted, and at least in all. */
const PER_DEMONSTRATION = 8;
const LEAST = 32;

/**
 * Demonstrations in the order in which they are taken: drawn by seed, then those first that may teach the most training problems (all of
 * them, where there are such). The prompt of a problem shows the first n that it may be shown, so that all problems have the same but
 * for those that one would leak to: for these the next in the list stands in. More are listed than wanted, for that reason.
 */
export function drawDemonstrations({ corpus, train, guard }: DemonstrationPool, count: number, rng: Rng): Trace[] {
  const drawn = rng.sample(
    corpus.filter((trace) => !isUnseen(trace)),
    Math.max(LEAST, PER_DEMONSTRATION * count),
  );
  const leaksOf = (trace: Trace) => train.reduce((sum, problem) => sum + Number(!guard.mayTeach(problem, trace)), 0);
  return drawn
    .map((trace) => ({ trace, leaks: leaksOf(trace) }))
    .toSorted((a, b) => a.leaks - b.leaks)
    .map(({ trace }) => trace);
}
