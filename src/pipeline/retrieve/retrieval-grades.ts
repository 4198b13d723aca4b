/** How good each retriever is: whether the first trace of each query is relevant, by truth on the test problems and by labels. */
import { defaultSplit, type Trace } from '../../data/index.js';
import { gradeRanking, relevanceFromTruth, type Hit } from '../../retriever/index.js';
import type { DataSets } from '../data/data-sets.js';
import type { LabelledQueries } from '../labels/labelled-queries.js';

/** Name of the "split" of labelled queries that neither trained a retriever nor chose its checkpoint. */
export const labelledTestSplit = 'labelled-test';

/** One retriever on one split: a boolean for each query that has any relevant trace. */
export interface RetrieverGrade {
  name: string;
  split: string;
  firstIsRelevant: boolean[];
}

/** Grades a retriever's test hits by truth, split by split. Empty where the data has no truth. */
export function gradeByTruth(
  name: string,
  data: DataSets,
  hitsOf: (problemId: string) => readonly Trace[],
): RetrieverGrade[] {
  const graded = data.test.filter(({ truth }) => truth !== undefined);
  const splits = [...new Set(graded.map((p) => p.split ?? defaultSplit))];
  return splits.flatMap((split) => {
    const queries = graded.filter((p) => (p.split ?? defaultSplit) === split);
    const { recallAt } = gradeRanking(
      queries,
      queries.map((q) => asHits(hitsOf(q.id))),
      relevanceFromTruth,
      {
        ks: [1],
        candidates: (query) => data.corpus.filter((trace) => data.guard.mayShow(query, trace)),
      },
    );
    const firstIsRelevant = (recallAt[1] ?? []).map((x) => x === 1);
    return firstIsRelevant.length === 0 ? [] : [{ name, split, firstIsRelevant }];
  });
}

/** The best trace of a labelled query among those that were judged for it; null where the retriever gave none. */
export interface JudgedHit {
  problemId: string;
  traceId: string | null;
}

/** Whether that trace is a positive, for every labelled query of the test part. No grade where the part is empty. */
export function gradeByLabels(
  name: string,
  hits: readonly JudgedHit[],
  { test }: Pick<LabelledQueries, 'test'>,
): RetrieverGrade[] {
  if (test.length === 0) return [];
  const positives = new Map(test.map(({ query, positives: own }) => [query.id, new Set(own.map((t) => t.id))]));
  const firstIsRelevant = hits.map(({ problemId, traceId }) => positives.get(problemId)?.has(traceId ?? '') === true);
  return [{ name, split: labelledTestSplit, firstIsRelevant }];
}

function asHits(traces: readonly Trace[]): Hit[] {
  return traces.map((trace, i) => ({ trace, score: 0, rank: i + 1 }));
}
