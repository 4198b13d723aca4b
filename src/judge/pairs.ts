/** Which pairs are judged: queries with a solution, each with candidates that could honestly help it. */
import type { Rng } from '../core/rng.js';
import { isUnseen, type Problem, type Trace, type TraceGuard } from '../data/index.js';
import { SolutionLikeness } from './like-solution.js';

export interface PairOptions {
  maxQueries: number;
  /** Candidates of each query. */
  maxCandidates: number;
  /**
   * How many of them are those whose traces are most like the query's solution; the others are drawn at random among the allowed ones: an
   * initial retriever would hide good ones. Default 0.
   */
  likeSolution?: number;
  /** Only traces of the query's own coarse type (the paper's restriction); those without a type are a type of their own. */
  restrictToType: boolean;
  /** Which pairs may meet in training. Without the rule on answers, a trace gains by being copied from. */
  guard: TraceGuard;
  /** Problems without a solution take part with their bare answer; a judge that reads can do with it. Default false. */
  answerAsSolution?: boolean;
  /** Further pairs to leave out: those whose prompt would be too long. */
  exclude?: (problem: Problem & { solution: string }, trace: Trace) => boolean;
  rng: Rng;
}

/** A query and the traces judged for it, in the order of the corpus. */
export interface QueryCandidates {
  problem: Problem & { solution: string };
  candidates: Trace[];
  /** Ids of those that were chosen because they seemed good; the others are a random sample. */
  proposed?: ReadonlySet<string>;
}

export interface SelectedPairs {
  queries: QueryCandidates[];
  /** Problems that cannot be queries, and why; never dropped in silence. Reasons hold no numbers, so that they can be counted. */
  skipped: { problemId: string; reason: string }[];
}

/**
 * Selects pairs. Problems and traces of the unseen split never take part; a query is never paired with what the guard keeps
 * from it. The candidates of a query depend on the stream and the query alone, not on which other queries there are.
 */
export function selectPairs(
  problems: readonly Problem[],
  traces: readonly Trace[],
  options: PairOptions,
): SelectedPairs {
  const {
    maxQueries,
    maxCandidates,
    likeSolution = 0,
    restrictToType,
    guard,
    answerAsSolution,
    exclude,
    rng,
  } = options;
  const likeness = likeSolution > 0 ? new SolutionLikeness(traces) : undefined;
  const pools = new Map<string | undefined, Trace[]>();
  for (const trace of traces) {
    const type = restrictToType ? trace.type : undefined;
    const pool = pools.get(type);
    if (pool) pool.push(trace);
    else pools.set(type, [trace]);
  }
  const queries: QueryCandidates[] = [];
  const skipped: SelectedPairs['skipped'] = [];
  const seen = problems.filter((problem) => !isUnseen(problem));
  for (const problem of rng.fork('queries').shuffle(seen)) {
    if (queries.length >= maxQueries) break;
    const { id, answer } = problem;
    const solution = problem.solution ?? (answerAsSolution === true ? `The answer is ${answer}.` : undefined);
    if (solution === undefined) {
      skipped.push({ problemId: id, reason: 'no solution' });
      continue;
    }
    const type = restrictToType ? problem.type : undefined;
    const pool = pools.get(type) ?? [];
    const query = { ...problem, solution };
    const kept: string[] = [];
    const allowed = pool.flatMap((trace, index) => {
      const why =
        guard.whyNotTaught(problem, trace) ?? (exclude?.(query, trace) === true ? 'is too long for it' : undefined);
      if (why !== undefined) kept.push(why);
      return why === undefined ? [{ trace, index }] : [];
    });
    if (allowed.length < 2) {
      skipped.push({ problemId: id, reason: tooFew(restrictToType ? { type } : undefined, pool.length, kept) });
      continue;
    }
    const worked = problem.solution;
    // Where all that is allowed is judged nothing is chosen, and the mean over all of it is the one to compare with.
    const near =
      worked === undefined || allowed.length <= maxCandidates
        ? []
        : likeness?.nearest(
            worked,
            allowed.map(({ trace }) => trace),
            likeSolution,
          );
    const proposed = new Set(near);
    const rest = allowed.filter(({ trace }) => !proposed.has(trace));
    const drawn = new Set(rng.fork(`candidates/${id}`).sample(rest, maxCandidates - proposed.size));
    const candidates = allowed.filter((one) => drawn.has(one) || proposed.has(one.trace)).map(({ trace }) => trace);
    const ids = new Set([...proposed].map((trace) => trace.id));
    queries.push({ problem: query, candidates, ...(ids.size > 0 && { proposed: ids }) });
  }
  return { queries, skipped };
}

/** Why a problem has no two traces to be compared, in words that are the same for all problems of that kind. */
function tooFew(restricted: { type: string | undefined } | undefined, found: number, kept: readonly string[]): string {
  const of = !restricted ? '' : restricted.type === undefined ? ' without a type' : ` of type ${restricted.type}`;
  if (found < 2) return `the corpus has ${found === 0 ? 'no trace' : 'one trace'}${of}, and a comparison needs two`;
  const counts = new Map<string, number>();
  for (const why of kept) counts.set(why, (counts.get(why) ?? 0) + 1);
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
  return `fewer than two traces${of} may be shown with it; most often the trace ${most?.[0]}`;
}
