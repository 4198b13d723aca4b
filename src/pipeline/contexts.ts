/** Contexts: which trace stands in a problem's prompt, for each arm, at training and at test. */
import type { ContextName } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import type { Problem, Trace } from '../data/index.js';
import type { ContextOf } from '../rl/index.js';

/** Best traces of every train and test problem, by retriever: problem id -> traces, best first. */
export type Retrieved = ReadonlyMap<Exclude<ContextName, 'none'>, ReadonlyMap<string, readonly Trace[]>>;

/**
 * The context function of one arm's side: the top-1 trace of its retriever, or nothing for `none`. A problem without any
 * allowed trace gets none (the metric traceShare shows it). Throws `internal` for a problem that was never searched.
 */
export function contextOf(name: ContextName, retrieved: Retrieved): ContextOf {
  if (name === 'none') return () => undefined;
  const hits = retrieved.get(name);
  if (!hits) throw new RaRftError({ code: 'internal', message: `nothing was retrieved with ${name}` });
  return (problem: Problem) => {
    const own = hits.get(problem.id);
    if (!own)
      throw new RaRftError({
        code: 'internal',
        message: `nothing was retrieved for problem ${problem.id} with ${name}`,
      });
    return own[0];
  };
}

/** The retrievers that a set of arms needs, in a fixed order. */
export function neededContexts(
  arms: readonly { train: ContextName; test: ContextName }[],
): Exclude<ContextName, 'none'>[] {
  const used = new Set(arms.flatMap((arm) => [arm.train, arm.test]));
  return (['learned', 'bm25', 'random', 'oracle'] as const).filter((name) => used.has(name));
}
