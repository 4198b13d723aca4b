/** What was retrieved for whom, and which retrievers the arms need. */
import { isRetrieved, withAllBehind, type Config, type ContextName } from '../../config/index.js';
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

/**
 * What the arms need of each retriever, in the order of the map: training prompts, test prompts or both. The warm-up of the policy that
 * they start from needs the training problems of its late sources.
 */
export function neededContexts(config: NamedRetrievers): Map<RetrieverName, ReadonlySet<ProblemSet>> {
  const { arms, retrievers } = config;
  const { late } = warmupSources(config);
  const needed = new Map<RetrieverName, ReadonlySet<ProblemSet>>();
  for (const name of Object.keys(retrievers)) {
    const sets = (['train', 'test'] as const).filter(
      (set) => arms.some((arm) => arm[set] === name) || (set === 'train' && late.includes(name)),
    );
    if (sets.length > 0) needed.set(name, new Set(sets));
  }
  return needed;
}

/** The map, and the arms and the warm-up that refer to it. */
export interface NamedRetrievers {
  arms: readonly Pick<Config['arms'][number], 'train' | 'test'>[];
  retrievers: Config['retrievers'];
  warmup: Pick<Config['warmup'], 'steps' | 'contextShare' | 'traces'>;
}

/** How deep into a retriever's list the examples of a warm-up look. */
export function warmupDepth({ topTraces, mostTraces }: Pick<Config['warmup'], 'topTraces' | 'mostTraces'>): number {
  return Math.max(topTraces, mostTraces);
}

/**
 * Retrievers that the warm-up takes traces of. `early` ones search before there is any policy; behind `late` ones stands an encoder,
 * which stands on a policy or is trained on labels that one has measured. In the order of the map.
 */
export function warmupSources({ retrievers, warmup }: Pick<NamedRetrievers, 'retrievers' | 'warmup'>): {
  early: RetrieverName[];
  late: RetrieverName[];
} {
  const shown = warmup.steps > 0 && warmup.contextShare > 0;
  const named = (name: string) => shown && name !== 'random' && (warmup.traces[name] ?? 0) > 0;
  const names = Object.keys(retrievers).filter(named);
  const isLate = (name: string) => encodersBehind({ retrievers }, name).length > 0;
  return { early: names.filter((name) => !isLate(name)), late: names.filter(isLate) };
}

/** Whether the warm-up of the policy that the arms start from shows what this retriever finds by an encoder. */
export function isLateSource(config: Pick<NamedRetrievers, 'retrievers' | 'warmup'>, name: RetrieverName): boolean {
  return warmupSources(config).late.includes(name);
}

/** Encoders that a retriever searches with: itself, or those behind it. */
export function encodersBehind({ retrievers }: Pick<Config, 'retrievers'>, name: RetrieverName): RetrieverName[] {
  return withAllBehind({ retrievers }, name).filter((of) => retrievers[of]?.kind === 'encoder');
}

/** Whether it is an encoder that learns from labels. */
export function isTrained({ retrievers }: Pick<Config, 'retrievers'>, name: RetrieverName): boolean {
  const entry = retrievers[name];
  return entry?.kind === 'encoder' && entry.trained;
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
  const trained = (name: string) => isTrained(config, name);
  const used = neededEncoders(config);
  if (used.length > 0 || until !== 'retriever') return used.filter(trained);
  return Object.keys(config.retrievers).filter(trained).slice(0, 1);
}

/** Whether a run that goes to `until` labels pairs. */
export function wantsLabels(config: NamedRetrievers, until: string): boolean {
  return until === 'labels' || trainedEncoders(config, until).length > 0;
}
