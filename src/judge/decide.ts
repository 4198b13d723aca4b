/** From measured log-likelihoods to labels: Eq. 1, relative to the query's own candidates. */
import { hashJson } from '../core/hash.js';
import type { QueryCandidates } from './pairs.js';
import type { PairScore } from './scores.js';
import type { Label } from './types.js';

/** Name of this judge in labels. */
export const UTILITY = 'utility';

/**
 * Labels of one query from the scores of its candidates. With s(c) = log p(solution | c, query),
 *
 *     gain(c) = s(c) - mean over candidates of s
 *
 * and the best `topPositives` candidates with a gain above 0 are relevant. The mean over candidates is the baseline, not
 * the score without a trace: what any trace gains over none is mostly format. (Eq. 1 asks for the trace that maximises
 * the probability of the right answer; this is its rank within the query, graded.) Candidates that failed to be
 * scored stay failures and leave the mean alone; with fewer than two scores there is no comparison and all fail.
 */
export function decideQuery(
  { problem, candidates }: QueryCandidates,
  scores: readonly PairScore[],
  topPositives: number,
): Label[] {
  const byTrace = new Map(scores.map((score) => [score.traceId, score]));
  const scored = scores.filter((s) => s.logprob !== null) as (PairScore & { logprob: number })[];
  const mean = scored.reduce((sum, s) => sum + s.logprob, 0) / scored.length;
  const best = scored
    .filter((s) => s.logprob > mean)
    .toSorted((a, b) => b.logprob - a.logprob || (a.traceId < b.traceId ? -1 : 1))
    .slice(0, topPositives);
  const relevant = new Set(best.map((s) => s.traceId));
  // A label depends on all candidates of its query, through the mean and the rank.
  const context = hashJson([UTILITY, topPositives, scores.map((s) => [s.key, s.logprob])]);
  return candidates.map((trace) => {
    const base = { problemId: problem.id, traceId: trace.id, judge: UTILITY, key: hashJson([context, trace.id]) };
    const score = byTrace.get(trace.id);
    if (!score) return { ...base, failed: 'not scored' };
    if (score.logprob === null) return { ...base, failed: score.failed ?? 'not scored' };
    if (scored.length < 2) return { ...base, failed: 'the only scored candidate of its query' };
    const gain = Math.round((score.logprob - mean) * 1e6) / 1e6;
    return { ...base, relevant: relevant.has(trace.id), score: gain };
  });
}
