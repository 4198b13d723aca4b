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

/** How much one engine call scores: what a kill can lose, and how often progress is heard of. */
export interface BatchLimits {
  pairs: number;
  /** Of questions, traces and solutions; the pair that passes it is the last of its batch. */
  characters: number;
}

/**
 * Cuts all pairs into batches, grouped by trace. The plan depends on the pairs alone, so a run that resumes meets the same
 * batches, and with them the same rounding, as one that was never stopped.
 */
export function planBatches(
  queries: readonly QueryCandidates[],
  { policyKey, limits }: { policyKey: string; limits: BatchLimits },
): ScoreBatch[] {
  const batches: ScoreBatch[] = [];
  let left = { pairs: 0, characters: 0 };
  for (const pairs of pairsByTrace(queries, policyKey)) {
    let group: PlannedPair[] | undefined;
    for (const pair of pairs) {
      if (left.pairs <= 0 || left.characters <= 0) {
        batches.push([]);
        left = { ...limits };
        group = undefined;
      }
      if (!group) batches.at(-1)!.push((group = []));
      group.push(pair);
      left.pairs--;
      left.characters -= charactersOf(pair);
    }
  }
  return batches;
}

function pairsByTrace(queries: readonly QueryCandidates[], policyKey: string): Iterable<PlannedPair[]> {
  const byTrace = new Map<string, PlannedPair[]>();
  const traceKeys = new Map<string, string>();
  for (const { problem, candidates } of queries) {
    const problemKey = hashJson([problem.id, problem.question, problem.solution]);
    for (const trace of candidates) {
      if (!traceKeys.has(trace.id)) traceKeys.set(trace.id, hashJson([trace.id, trace.question, trace.trace]));
      const key = hashJson([policyKey, problemKey, traceKeys.get(trace.id)]);
      const pairs = byTrace.get(trace.id) ?? [];
      if (pairs.length === 0) byTrace.set(trace.id, pairs);
      pairs.push({ key, problem, trace });
    }
  }
  return byTrace.values();
}

function charactersOf({ problem, trace }: PlannedPair): number {
  return trace.question.length + trace.trace.length + problem.question.length + problem.solution.length;
}
