/** Which pairs are judged: queries with a solution, each with candidates that could honestly help it. */
import type { Rng } from '../core/rng.js';
import { leakGuard, type ExcludeLists, type Problem, type Trace } from '../data/index.js';

export interface PairOptions {
  maxQueries: number;
  /** Candidates of each query, drawn at random among the allowed ones: an initial retriever would hide good ones. */
  maxCandidates: number;
  /** Only traces of the query's own coarse type (the paper's restriction); those without a type are a type of their own. */
  restrictToType: boolean;
  /** Leave out traces with the query's answer, whose gain would be that of copying. */
  excludeSameAnswer: boolean;
  /** Problems without a solution take part with their bare answer; a judge that reads can do with it. Default false. */
  answerAsSolution?: boolean;
  /** Traces that a problem is never paired with. */
  excludeLists?: ExcludeLists;
  /** Further pairs to leave out: those whose prompt would be too long. */
  exclude?: (problem: Problem & { solution: string }, trace: Trace) => boolean;
  rng: Rng;
}

/** A query and the traces judged for it, in the order of the corpus. */
export interface QueryCandidates {
  problem: Problem & { solution: string };
  candidates: Trace[];
}

export interface SelectedPairs {
  queries: QueryCandidates[];
  /** Problems that cannot be queries, and why; never dropped in silence. */
  skipped: { problemId: string; reason: string }[];
}

/** Split whose traces and problems stay unseen until the test. */
const HELD_OUT = 'held-out';

/**
 * Selects pairs. Held-out problems and traces never take part; a query is never paired with itself or its own text.
 * The candidates of a query depend on the stream and the query alone, not on which other queries there are.
 */
export function selectPairs(
  problems: readonly Problem[],
  traces: readonly Trace[],
  options: PairOptions,
): SelectedPairs {
  const { maxQueries, maxCandidates, restrictToType, excludeSameAnswer, answerAsSolution, rng } = options;
  const { excludeLists: lists, exclude: alsoExcluded } = options;
  const leaks = leakGuard(problems, { sameAnswer: excludeSameAnswer, ...(lists && { lists }) });
  const pools = new Map<string | undefined, Trace[]>();
  for (const trace of traces) {
    if (trace.split === HELD_OUT) continue;
    const type = restrictToType ? trace.type : undefined;
    pools.set(type, [...(pools.get(type) ?? []), trace]);
  }
  const queries: QueryCandidates[] = [];
  const skipped: SelectedPairs['skipped'] = [];
  const seen = problems.filter((p) => p.split !== HELD_OUT);
  for (const problem of rng.fork('queries').shuffle(seen)) {
    if (queries.length >= maxQueries) break;
    const { id, answer } = problem;
    const solution = problem.solution ?? (answerAsSolution === true ? `The answer is ${answer}.` : undefined);
    if (solution === undefined) {
      skipped.push({ problemId: id, reason: 'no solution' });
      continue;
    }
    const pool = pools.get(restrictToType ? problem.type : undefined) ?? [];
    const query = { ...problem, solution };
    const exclude = (trace: Trace) => leaks(problem, trace) || alsoExcluded?.(query, trace) === true;
    const allowed = pool.flatMap((trace, index) => (exclude(trace) ? [] : [{ trace, index }]));
    if (allowed.length < 2) {
      skipped.push({ problemId: id, reason: `${allowed.length} candidate traces; a comparison needs two` });
      continue;
    }
    const drawn = rng.fork(`candidates/${id}`).sample(allowed, maxCandidates);
    const candidates = drawn.toSorted((a, b) => a.index - b.index).map((c) => c.trace);
    queries.push({ problem: query, candidates });
  }
  return { queries, skipped };
}
