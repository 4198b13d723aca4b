/** What was retrieved for whom, and which retrievers the arms need. */
import { isRetrieved, type ArmConfig, type ContextName } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import type { Problem, Trace } from '../data/index.js';

/** A retriever's name. */
export type RetrieverName = Exclude<ContextName, 'none' | 'hint' | 'fixed'>;

/** All of them, in a fixed order. */
export const retrieverNames = ['learned', 'bm25', 'random', 'oracle'] as const satisfies readonly RetrieverName[];

/** Which problems a retriever is searched for. */
export type ProblemSet = 'train' | 'test';

/** Best traces of every train and test problem, by retriever: problem id -> traces, best first. */
export type Retrieved = ReadonlyMap<RetrieverName, ReadonlyMap<string, readonly Trace[]>>;

/**
 * The traces that a retriever found for a problem, best first. A problem without any allowed trace has none (the metric traceShare
 * shows it). Throws `internal` for a retriever or problem that was never searched: there is no silent arm without traces.
 */
export function hitsOf(name: RetrieverName, retrieved: Retrieved): (problem: Problem) => readonly Trace[] {
  const hits = retrieved.get(name);
  if (!hits) throw new RaRftError({ code: 'internal', message: `nothing was retrieved with ${name}` });
  return (problem) => {
    const own = hits.get(problem.id);
    if (own) return own;
    throw new RaRftError({
      code: 'internal',
      message: `nothing was retrieved for problem ${problem.id} with ${name}`,
    });
  };
}

/** Whether prompts under this name hold traces. */
export function showsTraces(context: ContextName): boolean {
  return context === 'fixed' || isRetrieved(context);
}

/** What the arms need of each retriever, in a fixed order: training prompts, test prompts or both. */
export function neededContexts(
  arms: readonly Pick<ArmConfig, 'train' | 'test'>[],
): Map<RetrieverName, ReadonlySet<ProblemSet>> {
  const needed = new Map<RetrieverName, ReadonlySet<ProblemSet>>();
  for (const name of retrieverNames) {
    const sets = (['train', 'test'] as const).filter((set) => arms.some((arm) => arm[set] === name));
    if (sets.length > 0) needed.set(name, new Set(sets));
  }
  return needed;
}
