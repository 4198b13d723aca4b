/** Traces in a prompt: the best k that fit, and several prompts of different traces for a comparison. */
import { showing, type Context } from '../../data/context.js';
import type { Problem, Trace } from '../../data/types.js';

/** How many traces are shown. */
export interface Shown {
  /** Traces in a prompt (k). */
  traces: number;
  /** Prompts with traces of their own (m). */
  spread: number;
}

/** Whether a prompt of the problem with this context can be sampled from. */
export type Fits = (problem: Problem, context: Context) => boolean;

/**
 * The contexts of a problem made of its traces, `hits`, best first: m prompts, of which the j-th takes the traces j, j + m, j + 2m, ...,
 * so that each prompt has one of the best. In a prompt the best trace stands last: models heed what is nearest to the question most
 * (recency bias, arXiv 2102.09690). Where a prompt would be too long, whole traces are left out of it, the worst first; its best one
 * stays, since that it fits is seen to before.
 */
export function traceContexts(
  problem: Problem,
  hits: readonly Trace[],
  { traces, spread }: Shown,
  fits: Fits,
): Context[] {
  return Array.from({ length: spread }, (_, j) => hits.filter((_, i) => i % spread === j).slice(0, traces))
    .filter((own) => own.length > 0)
    .map((own) => mostThatFit(problem, own, fits));
}

function mostThatFit(problem: Problem, best: readonly Trace[], fits: Fits): Context {
  const bestLast = (count: number) => showing(...best.slice(0, count).toReversed());
  let count = best.length;
  while (count > 1 && !fits(problem, bestLast(count))) count--;
  return bestLast(count);
}
