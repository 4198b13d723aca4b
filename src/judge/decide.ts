/** From what was measured with each trace to labels: Eq. 1, relative to the query's own candidates and to what a trace does for anyone. */
import { assertFinite } from '../core/finite.js';
import { hashJson } from '../core/hash.js';
import type { QueryCandidates } from './pairs.js';
import type { Label } from './types.js';

/**
 * What is measured with a trace in the prompt: log-likelihood of the right solution, or of the right answer alone, or the share
 * of sampled answers that are right.
 */
export type UtilityMeasure = 'solution' | 'answer' | 'success';

/** Name of the utility judge in labels. */
export function utilityJudge(measure: UtilityMeasure): string {
  return measure === 'solution' ? 'utility' : `utility-${measure}`;
}

/** What was measured of a pair; null where it failed. */
export interface Measured {
  /** Content hash of what the value depends on. */
  key: string;
  traceId: string;
  value: number | null;
  failed?: string;
}

/**
 * What a score is compared with.
 * - `query`: the mean over the query's candidates. A trace that helps every query then ranks high everywhere.
 * - `query-and-trace`: also what the trace gains for the other queries on average, so that what is left is what *this*
 *   trace does for *this* query (the interaction of a two-way table): relevance, not a trace's general merit.
 */
export type Baseline = 'query' | 'query-and-trace';

export interface DecideOptions {
  measure: UtilityMeasure;
  /** The best this many traces of a query become positives, where their gain is above `minGain`. */
  topPositives: number;
  baseline: Baseline;
  /** Gain that a positive must exceed, in nats or as a share. Default 0. Keeps noise out where no trace makes a difference. */
  minGain?: number;
}

/** A query with what was measured of its candidates. */
export interface ScoredQuery {
  query: QueryCandidates;
  scores: readonly Measured[];
}

/**
 * Labels of all queries from the scores of their candidates. With s(q, c) = log p(solution of q | c, q), or
 * another measure of Eq. 1,
 *
 *     gain(q, c) = s(q, c) - mean over the candidates of q        (baseline `query`)
 *     gain'(q, c) = gain(q, c) - merit of c for other queries     (baseline `query-and-trace`)
 *
 * and the best `topPositives` candidates with a gain above `minGain` are relevant. The mean over candidates is the baseline, not
 * the score without a trace: what any trace gains over none is mostly format. (Eq. 1 asks for the trace that maximises
 * the probability of the right answer; this grades the ranking it implies.) Candidates that were proposed are compared with the mean
 * over the others, and say nothing of a trace's merit for queries on average: chosen ones are no sample. Candidates that failed to be scored stay
 * failures and leave the means alone; with fewer than two scores there is no comparison and all of a query fail.
 */
export function decideLabels(scored: readonly ScoredQuery[], options: DecideOptions): Label[] {
  const gains = scored.map(gainsOf);
  const sums = options.baseline === 'query' ? undefined : sumsOfTraces(gains, scored);
  return scored.flatMap(({ query, scores }, i) => {
    const relative = new Map(
      [...(gains[i] ?? [])].map(([trace, gain]) => {
        const counted = query.proposed?.has(trace) !== true;
        return [trace, gain - (sums ? merit(sums.get(trace), counted ? gain : undefined) : 0)];
      }),
    );
    return decideQuery(query, scores, relative, options);
  });
}

/** Gain of each scored candidate over the mean of its query's (without those that were proposed); empty with fewer than two to take a mean of. */
function gainsOf({ query: { proposed }, scores }: ScoredQuery): Map<string, number> {
  const scored = scores.flatMap(({ traceId, value }) => (value === null ? [] : [{ traceId, value }]));
  const sample = scored.filter(({ traceId }) => proposed?.has(traceId) !== true);
  if (sample.length < 2) return new Map();
  assertFinite(
    scored.map((s) => s.value),
    { what: 'a measured value', hint: 'Remove the file of scores or answers it came from, and label again.' },
  );
  const mean = sample.reduce((sum, s) => sum + s.value, 0) / sample.length;
  return new Map(scored.map((s) => [s.traceId, s.value - mean]));
}

interface TraceSum {
  sum: number;
  count: number;
}

/** Gains of each trace, summed over all queries that it was not proposed for. */
function sumsOfTraces(
  gains: readonly ReadonlyMap<string, number>[],
  scored: readonly ScoredQuery[],
): Map<string, TraceSum> {
  const sums = new Map<string, TraceSum>();
  for (const [i, query] of gains.entries()) {
    for (const [trace, gain] of query) {
      if (scored[i]?.query.proposed?.has(trace) === true) continue;
      const entry = sums.get(trace) ?? { sum: 0, count: 0 };
      entry.sum += gain;
      entry.count++;
      sums.set(trace, entry);
    }
  }
  return sums;
}

/** Queries' worth of "no merit" that a trace starts with. */
const PRIOR_QUERIES = 4;

/**
 * What a trace gains for the *other* queries, shrunk towards 0 where there are few of them: a trace judged for one query
 * only has no known merit, and its gain stays its own. With hundreds of queries it is the plain mean. `own`: its gain for this query,
 * where that is among them.
 */
function merit(all: TraceSum | undefined, own: number | undefined): number {
  if (!all) return 0;
  return own === undefined ? all.sum / (all.count + PRIOR_QUERIES) : (all.sum - own) / (all.count - 1 + PRIOR_QUERIES);
}

function decideQuery(
  { problem, candidates }: QueryCandidates,
  scores: readonly Measured[],
  gains: ReadonlyMap<string, number>,
  options: DecideOptions,
): Label[] {
  const best = [...gains]
    .filter(([, gain]) => gain > (options.minGain ?? 0))
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, options.topPositives);
  const relevant = new Set(best.map(([trace]) => trace));
  const failures = new Map(scores.map((score) => [score.traceId, score.failed]));
  // A label depends on all gains of its query, through the mean and the rank.
  const judge = utilityJudge(options.measure);
  const context = hashJson([judge, options, scores.map((s) => s.key), [...gains.values()].map(rounded)]);
  return candidates.map((trace) => {
    const base = { problemId: problem.id, traceId: trace.id, judge, key: hashJson([context, trace.id]) };
    const gain = gains.get(trace.id);
    if (gain !== undefined) return { ...base, relevant: relevant.has(trace.id), score: rounded(gain) };
    if (!failures.has(trace.id)) return { ...base, failed: 'not scored' };
    return { ...base, failed: failures.get(trace.id) ?? 'the only scored candidate of its query' };
  });
}

/** To a millionth: what rounding of the engine may change is not part of a label. */
function rounded(gain: number): number {
  return Math.round(gain * 1e6) / 1e6;
}
