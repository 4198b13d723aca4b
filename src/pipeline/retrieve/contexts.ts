/** What was retrieved for whom, and which retrievers the arms need. */
import { isRetrieved, type Config, type ContextName } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import type { Problem, Trace } from '../../data/index.js';

/** A name in the map `retrievers`. */
export type RetrieverName = string;

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

/** What the arms need of each retriever, in the order of the map: training prompts, test prompts or both. */
export function neededContexts({ arms, retrievers }: NamedRetrievers): Map<RetrieverName, ReadonlySet<ProblemSet>> {
  const needed = new Map<RetrieverName, ReadonlySet<ProblemSet>>();
  for (const name of Object.keys(retrievers)) {
    const sets = (['train', 'test'] as const).filter((set) => arms.some((arm) => arm[set] === name));
    if (sets.length > 0) needed.set(name, new Set(sets));
  }
  return needed;
}

/** The map, and the arms that refer to it. */
export interface NamedRetrievers {
  arms: readonly Pick<Config['arms'][number], 'train' | 'test'>[];
  retrievers: Config['retrievers'];
}

/** Encoders that a retriever searches with: itself, or those behind a rerank. */
export function encodersBehind({ retrievers }: Pick<Config, 'retrievers'>, name: RetrieverName): RetrieverName[] {
  const entry = retrievers[name];
  if (entry?.kind === 'encoder') return [name];
  return entry?.kind === 'rerank' ? [entry.first, entry.then].filter((of) => retrievers[of]?.kind === 'encoder') : [];
}

/** Encoders that the arms use; in the order of the map. */
export function neededEncoders(config: NamedRetrievers): RetrieverName[] {
  const needed = new Set([...neededContexts(config).keys()].flatMap((name) => encodersBehind(config, name)));
  return Object.keys(config.retrievers).filter((name) => needed.has(name));
}

/**
 * Encoders that are trained in a run that goes to `until`: those that the arms use or, where the run is to make retrievers alone and
 * no arm uses an encoder, the first of the map. Without any, nothing is labelled.
 */
export function trainedEncoders(config: NamedRetrievers, until: string): RetrieverName[] {
  const isTrained = (name: string) => {
    const entry = config.retrievers[name];
    return entry?.kind === 'encoder' && entry.trained;
  };
  const used = neededEncoders(config);
  if (used.length > 0 || until !== 'retriever') return used.filter(isTrained);
  return Object.keys(config.retrievers).filter(isTrained).slice(0, 1);
}
