/** What the prompts of a warm-up show: some of them a trace, from sources by their shares. Pure. */
import type { Config } from '../../config/index.js';
import { hashJson } from '../../core/hash.js';
import type { Rng } from '../../core/rng.js';
import { isUnseen, noContext, type Context, type Problem, type Trace } from '../../data/index.js';
import { traceContexts, type Fits } from '../../rl/index.js';
import type { DataSets } from '../data/data-sets.js';
import { hitsOf, warmupSources, type Retrieved, type RetrieverName } from '../retrieve/contexts.js';

/** Whether a problem with its solution, and a trace, is short enough. */
export type FitsExample = (problem: Problem, trace?: Trace) => boolean;

/** So many traces of one example, or fewer where the source has no more for the problem; the best first. */
export type TraceSource = (problem: Problem, rng: Rng, count: number) => readonly Trace[];

/**
 * Shares by source, together 1: `random` and retrievers that are not among `without`. All `random` where none is left, and where no
 * prompt shows a trace (`contextShare` 0): nothing is retrieved for those.
 */
export function sourceShares(
  { warmup, retrievers }: Pick<Config, 'warmup' | 'retrievers'>,
  without: readonly RetrieverName[] = [],
): Record<string, number> {
  const names = ['random', ...Object.keys(retrievers).filter((name) => name !== 'random')];
  const weights = names.flatMap((name): [string, number][] => {
    const weight = warmup.traces[name] ?? 0;
    return weight > 0 && !without.includes(name) ? [[name, weight]] : [];
  });
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  if (sum === 0 || warmup.contextShare === 0) return { random: 1 };
  return Object.fromEntries(weights.map(([name, weight]) => [name, Math.round((1e6 * weight) / sum) / 1e6]));
}

/** Shares of the first warm-up, before there is any label, and of the one that the arms start from. */
export function firstShares(config: Pick<Config, 'warmup' | 'retrievers'>): Record<string, number> {
  return sourceShares(config, warmupSources(config).late);
}

/**
 * With probability `contextShare` traces of a source that is drawn by its share: one to `mostTraces`, all numbers as likely; in a prompt
 * they stand as in those of the arms.
 */
export function drawnContexts(
  { contextShare, mostTraces }: Pick<Config['warmup'], 'contextShare' | 'mostTraces'>,
  shares: Readonly<Record<string, number>>,
  sourceOf: (name: string) => TraceSource,
  fits: Fits,
): (problem: Problem, rng: Rng) => Context {
  const sources = Object.entries(shares).map(([name, share]) => ({ share, trace: sourceOf(name) }));
  return (problem, rng) => {
    if (rng.next() >= contextShare) return noContext;
    const source = drawn(sources, rng);
    const traces = mostTraces === 1 ? 1 : 1 + rng.int(mostTraces);
    const found = source?.trace(problem, rng, traces) ?? [];
    return traceContexts(problem, found, { traces, spread: 1 }, fits)[0] ?? noContext;
  };
}

/** One of several by their shares; the only one is not drawn. */
function drawn<T extends { share: number }>(sources: readonly T[], rng: Rng): T | undefined {
  if (sources.length < 2) return sources[0];
  let left = rng.next();
  for (const source of sources) if ((left -= source.share) < 0) return source;
  return sources.at(-1); // shares add up to 1 but for rounding
}

/** Random traces that may teach the problem and are not too long for it, of its type where the corpus has any of that. */
export function randomTraces({ corpus, guard }: Pick<DataSets, 'corpus' | 'guard'>, fits: FitsExample): TraceSource {
  const usable = corpus.filter((trace) => !isUnseen(trace));
  return (problem, rng, count) => {
    const sameType = usable.filter((trace) => trace.type === problem.type);
    const allowed = (sameType.length > 0 ? sameType : usable).filter(
      (trace) => guard.mayTeach(problem, trace) && fits(problem, trace),
    );
    return drawnOf(allowed, count, rng);
  };
}

/** Random ones of the best `top` traces that a retriever has found for the problem, of those that are not too long for it. */
export function amongBest(name: RetrieverName, retrieved: Retrieved, top: number, fits: FitsExample): TraceSource {
  const hits = hitsOf(name, retrieved);
  return (problem, rng, count) => {
    const best = hits(problem)
      .slice(0, top)
      .filter((trace) => fits(problem, trace));
    const shown = new Set(drawnOf(best, count, rng));
    return best.filter((trace) => shown.has(trace));
  };
}

function drawnOf(traces: readonly Trace[], count: number, rng: Rng): readonly Trace[] {
  if (traces.length === 0) return [];
  return count === 1 ? [rng.pick(traces)] : rng.sample(traces, count);
}

/** Names the traces that sources may show, by their retrievers. */
export function shownBest(
  names: readonly RetrieverName[],
  retrieved: Retrieved,
  problems: readonly Problem[],
  top: number,
): Record<string, string> {
  const shown = names.map((name) => {
    const hits = hitsOf(name, retrieved);
    const ids = problems.map((problem) =>
      hits(problem)
        .slice(0, top)
        .map(({ id }) => id),
    );
    return [name, hashJson(ids)];
  });
  return Object.fromEntries(shown) as Record<string, string>;
}
