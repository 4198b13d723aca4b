/** Contexts: which trace stands in a problem's prompt, for each arm, at training and at test. */
import type { ArmConfig, ContextName } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { noContext, showing, type Context, type Problem, type Trace } from '../data/index.js';

/** A retriever's name: every context but `none`. */
export type RetrieverName = Exclude<ContextName, 'none'>;

/** All of them, in a fixed order. */
export const retrieverNames = ['learned', 'bm25', 'random', 'oracle'] as const satisfies readonly RetrieverName[];

/** Which problems a retriever is searched for. */
export type ProblemSet = 'train' | 'test';

/** Best traces of every train and test problem, by retriever: problem id -> traces, best first. */
export type Retrieved = ReadonlyMap<RetrieverName, ReadonlyMap<string, readonly Trace[]>>;

/**
 * The context function of one arm's side: the top-1 trace of its retriever, or nothing for `none`. A problem without any
 * allowed trace gets none (the metric traceShare shows it). Throws `internal` for a problem that was never searched.
 */
export function contextOf(name: ContextName, retrieved: Retrieved): (problem: Problem) => Context {
  if (name === 'none') return () => noContext;
  const hits = retrieved.get(name);
  if (!hits) throw new RaRftError({ code: 'internal', message: `nothing was retrieved with ${name}` });
  return (problem) => {
    const own = hits.get(problem.id);
    if (!own)
      throw new RaRftError({
        code: 'internal',
        message: `nothing was retrieved for problem ${problem.id} with ${name}`,
      });
    return showing(own[0]);
  };
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
