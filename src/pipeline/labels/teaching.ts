/** What labels teach a policy of the use of traces: of the problems whose labels are surest, the best trace by gain, and others. Pure. */
import type { Config } from '../../config/index.js';
import type { Rng } from '../../core/rng.js';
import { noContext, showing, type Context, type Problem, type Trace } from '../../data/index.js';
import type { DecidedLabel, Label } from '../../judge/index.js';
import type { FitsExample } from '../arms/warmup-contexts.js';
import type { DataSets } from '../data/data-sets.js';

type Alternation = Config['labels']['alternation'];

/** A problem with what its labels say. */
export interface Taught {
  problem: Problem;
  /** Its best trace by gain. */
  best: Trace;
  /** Measured, and not relevant. */
  others: readonly Trace[];
}

/**
 * The surest `confidentShare` of the problems with a solution and a relevant trace, surest first. A trace that must not teach the
 * problem, or is too long for it, stands back for the next best.
 */
export function confidentProblems(
  labels: readonly Label[],
  { train, corpus, guard }: Pick<DataSets, 'train' | 'corpus' | 'guard'>,
  { confidentShare, confidence }: Pick<Alternation, 'confidentShare' | 'confidence'>,
  fits: FitsExample,
): Taught[] {
  const traces = new Map(corpus.map((trace) => [trace.id, trace]));
  const byProblem = new Map<string, Scored[]>(train.map(({ id }) => [id, []]));
  for (const label of labels) if (isScored(label)) byProblem.get(label.problemId)?.push(label);
  const sure = train.flatMap((problem) => {
    if (problem.solution === undefined || !fits(problem)) return [];
    const usable = (byProblem.get(problem.id) ?? []).flatMap(({ traceId, relevant, score }) => {
      const trace = traces.get(traceId);
      const shown = trace && guard.mayTeach(problem, trace) && fits(problem, trace);
      return shown ? [{ trace, relevant, score }] : [];
    });
    const ranked = usable.toSorted((a, b) => b.score - a.score || (a.trace.id < b.trace.id ? -1 : 1));
    const [best, second] = ranked;
    if (!best?.relevant) return [];
    const others = ranked.flatMap(({ trace, relevant }) => (relevant ? [] : [trace]));
    const sureness = confidence === 'gain' ? best.score : best.score - (second?.score ?? 0);
    return [{ problem, best: best.trace, others, sureness }];
  });
  // Sorting is stable: equals stay in the order of the problems.
  const first = sure.toSorted((a, b) => b.sureness - a.sureness).slice(0, Math.ceil(confidentShare * sure.length));
  return first.map(({ problem, best, others }) => ({ problem, best, others }));
}

/** The best trace, a wrong one, or none, by their shares. */
export function teachingContexts(
  taught: readonly Taught[],
  { right, wrong }: Pick<Alternation, 'right' | 'wrong'>,
): (problem: Problem, rng: Rng) => Context {
  const byId = new Map(taught.map((one) => [one.problem.id, one]));
  return ({ id }, rng) => {
    const own = byId.get(id);
    const roll = rng.next();
    if (!own || roll >= right + wrong) return noContext;
    if (roll < right) return showing(own.best);
    return own.others.length === 0 ? noContext : showing(rng.pick(own.others));
  };
}

type Scored = DecidedLabel & { score: number };

function isScored(label: Label): label is Scored {
  return 'relevant' in label && label.score !== undefined;
}
