/** Which retriever puts a right trace first: from the hits of a run, for those of which the truth is known. Pure. */
import type { Problem, Trace, TraceGuard } from '../data/index.js';
import { firstHitsOf, type SummaryInputs } from '../eval/index.js';

/** Hits of a problem, best first. */
export type Hits = readonly { traceId: string; score: number }[];

/** What a run found for its test problems. */
export interface RunTraces {
  test: Problem[];
  corpus: Trace[];
  /** Which trace may be shown to which problem. */
  guard: TraceGuard;
  /** Retriever -> problem id -> hits. */
  retrieved: ReadonlyMap<string, ReadonlyMap<string, Hits>>;
}

/** For each retriever and split whether the first hit of each test problem has its truth; as a run's end grades them. */
export function gradedRetrievers({ test, corpus, guard, retrieved }: RunTraces): SummaryInputs['retrievers'] {
  return [...retrieved].flatMap(([name, hits]) => {
    const firsts = new Map([...hits].map(([id, own]) => [id, own[0]?.traceId]));
    const splits = firstHitsOf(test, corpus, firsts, (problem, trace) => guard.mayShow(problem, trace));
    return [...splits].map(([split, right]) => ({
      name,
      split,
      firstIsRelevant: [...right.values()].map((one) => one === 1),
    }));
  });
}
