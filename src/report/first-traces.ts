/** Which retriever puts a right trace first: from the hits of a run, for those of which the truth is known. Pure. */
import { firstHitsOf, type SummaryInputs } from '../eval/index.js';
import type { RunData } from './run-data.js';

/** For each retriever and split whether the first hit of each test problem has its truth; as a run's end grades them. */
export function gradedRetrievers({
  test,
  corpus,
  guard,
  retrieved,
}: Pick<RunData, 'test' | 'corpus' | 'guard' | 'retrieved'>): SummaryInputs['retrievers'] {
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
