/** The truth judge: equal `truth` fields. A control and a grade for other judges; not available on real data. */
import { hashJson } from '../core/hash.js';
import type { QueryCandidates } from './pairs.js';
import type { Label } from './types.js';

/** Labels by equal truth; a pair of which either side has none is a failure, not a negative. */
export function judgeByTruth(queries: readonly QueryCandidates[]): Label[] {
  return queries.flatMap(({ problem, candidates }) =>
    candidates.map((trace) => {
      const key = hashJson(['truth', problem.id, problem.truth ?? null, trace.id, trace.truth ?? null]);
      const base = { problemId: problem.id, traceId: trace.id, judge: 'truth', key };
      const missing = problem.truth === undefined ? 'problem' : trace.truth === undefined ? 'trace' : undefined;
      return missing
        ? { ...base, failed: `the ${missing} has no truth` }
        : { ...base, relevant: problem.truth === trace.truth };
    }),
  );
}
