/** The order in which pairs are scored: trace by trace, so that one trace's tokens are computed once for many queries. */
import { hashJson } from '../core/hash.js';
import type { Problem, Trace } from '../data/index.js';
import type { QueryCandidates } from './pairs.js';

/** A pair to be scored; `key` names everything its score depends on. */
export interface PlannedPair {
  key: string;
  problem: Problem & { solution: string };
  trace: Trace;
}

/** Pairs scored by one engine call; `groups` hold the pairs of one trace each. */
export type ScoreBatch = PlannedPair[][];

/**
 * Cuts all pairs into batches of about `pairsPerBatch`, grouped by trace. The plan depends on the pairs alone, so a run
 * that resumes meets the same batches, and with them the same rounding, as one that was never stopped.
 */
export function planBatches(
  queries: readonly QueryCandidates[],
  options: { policyKey: string; pairsPerBatch: number },
): ScoreBatch[] {
  const { policyKey, pairsPerBatch } = options;
  const byTrace = new Map<string, PlannedPair[]>();
  const problemKeys = new Map<string, string>();
  const traceKeys = new Map<string, string>();
  for (const { problem, candidates } of queries) {
    problemKeys.set(problem.id, hashJson([problem.id, problem.question, problem.solution]));
    for (const trace of candidates) {
      if (!traceKeys.has(trace.id)) traceKeys.set(trace.id, hashJson([trace.id, trace.question, trace.trace]));
      const key = hashJson([policyKey, problemKeys.get(problem.id), traceKeys.get(trace.id)]);
      const pairs = byTrace.get(trace.id) ?? [];
      if (pairs.length === 0) byTrace.set(trace.id, pairs);
      pairs.push({ key, problem, trace });
    }
  }
  const batches: ScoreBatch[] = [];
  let batch: ScoreBatch = [];
  let size = 0;
  for (const pairs of byTrace.values()) {
    for (let from = 0; from < pairs.length;) {
      const group = pairs.slice(from, from + pairsPerBatch - size);
      from += group.length;
      size += group.length;
      batch.push(group);
      if (size === pairsPerBatch) {
        batches.push(batch);
        batch = [];
        size = 0;
      }
    }
  }
  if (size > 0) batches.push(batch);
  return batches;
}
