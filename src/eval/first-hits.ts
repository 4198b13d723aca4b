/** Whether the first trace that a retriever finds is right: has the truth of the problem. Pure. */
import { defaultSplit, type Problem, type Trace } from '../data/index.js';

/** What of a corpus a problem may be shown. */
export type MayShow = (problem: Problem, trace: Trace) => boolean;

/**
 * Split -> problem -> 1 where its first trace has its truth, else 0. Of `firsts` (problem -> id of its first trace), without the
 * problems that no trace they may be shown could be right for. Default: they may be shown all.
 */
export function firstHitsOf(
  test: readonly Problem[],
  corpus: readonly Trace[],
  firsts: ReadonlyMap<string, string | undefined>,
  mayShow: MayShow = () => true,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const truths = new Map(corpus.map(({ id, truth }) => [id, truth]));
  const byTruth = new Map<string | undefined, Trace[]>();
  for (const trace of corpus) {
    const same = byTruth.get(trace.truth);
    if (same) same.push(trace);
    else byTruth.set(trace.truth, [trace]);
  }
  const splits = new Map<string, Map<string, number>>();
  for (const problem of test) {
    const { id, truth, split = defaultSplit } = problem;
    if (truth === undefined || !firsts.has(id)) continue;
    if (byTruth.get(truth)?.some((trace) => mayShow(problem, trace)) !== true) continue;
    const own = splits.get(split) ?? new Map<string, number>();
    splits.set(split, own);
    own.set(id, truths.get(firsts.get(id) ?? '') === truth ? 1 : 0);
  }
  return splits;
}
