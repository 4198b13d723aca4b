/** How good each retriever is: whether the first trace of each query is relevant, by truth on the test set and by held-out labels. */
import { Rng } from '../core/rng.js';
import { leakGuard, type Trace } from '../data/index.js';
import type { Label } from '../judge/index.js';
import {
  collectLabels,
  gradeRanking,
  relevanceFromTruth,
  splitHeldOut,
  type Hit,
  type LabelledQuery,
} from '../retriever/index.js';
import type { Config } from '../config/index.js';
import { defaultSplit, type DataSets } from './data-stage.js';

/** Name of the "split" of labelled queries that retriever training kept for validation. */
export const heldOutLabelsSplit = 'held-out-labels';

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
  const exclude = leakGuard(data.test, { lists: data.excludeLists });
  const splits = [...new Set(data.test.map((p) => p.split ?? defaultSplit))];
  return splits.flatMap((split) => {
    const queries = data.test.filter((p) => (p.split ?? defaultSplit) === split);
    const graded = gradeRanking(
      queries,
      queries.map((q) => asHits(hitsOf(q.id))),
      relevanceFromTruth,
      {
        ks: [1],
        candidates: (query) => data.corpus.filter((trace) => !exclude(query, trace)),
      },
    );
    const firstIsRelevant = (graded.recallAt[1] ?? []).map((x) => x === 1);
    return firstIsRelevant.length === 0 ? [] : [{ name, split, firstIsRelevant }];
  });
}

/** The labelled queries that retriever training set apart for validation, and which traces were judged for each. */
export interface HeldOutLabels {
  queries: LabelledQuery[];
  judged: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The same split of the labelled queries as in training: by seed and query ids alone. */
export function heldOutLabels(config: Config, data: DataSets, labels: readonly Label[]): HeldOutLabels {
  const candidates = data.corpus.filter((trace) => trace.split !== 'held-out');
  const { labelled } = collectLabels(labels, data.train, candidates);
  const rng = Rng.fromSeed(config.seed).fork('retriever-training');
  const { heldOut } = splitHeldOut(labelled, config.retriever.heldOutShare, rng);
  const judged = new Map<string, Set<string>>(heldOut.map((q) => [q.query.id, new Set()]));
  for (const label of labels) if ('relevant' in label) judged.get(label.problemId)?.add(label.traceId);
  return { queries: heldOut, judged };
}

function asHits(traces: readonly Trace[]): Hit[] {
  return traces.map((trace, i) => ({ trace, score: 0, rank: i + 1 }));
}
