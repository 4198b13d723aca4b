/** What encoders of folds are trained on, and how they search together (`retriever.crossFit`). */
import type { Config } from '../../config/index.js';
import { hashJson } from '../../core/hash.js';
import { CrossFittedRetriever, foldQueries, type TraceRetriever } from '../../retriever/index.js';
import type { DataSets } from '../data/data-sets.js';
import type { LabelledQueries } from '../labels/labelled-queries.js';

/** An encoder that is there: opened when it is searched with. */
export interface MadeEncoder {
  open(): Promise<TraceRetriever>;
  /** Hash of its files. */
  fingerprint: string;
}

/** The labelled queries that each fold's encoder learns from, and the fold of every training problem that is in one. */
export interface CrossFit {
  /** As the whole encoder's; none is graded. */
  queries_F: LabelledQueries[];
  /** From 0. A problem that no encoder has seen a label of is in none. */
  foldOf: ReadonlyMap<string, number>;
}

export function crossFitOf({ retriever, seed }: Config, { train }: DataSets, queries: LabelledQueries): CrossFit {
  const { parts_F, foldOf } = foldQueries(queries, retriever.crossFit, seed);
  const folds = train.flatMap((problem): [string, number][] => {
    const fold = foldOf(problem);
    return fold === undefined ? [] : [[problem.id, fold]];
  });
  return { queries_F: parts_F.map((parts) => ({ ...queries, ...parts, test: [] })), foldOf: new Map(folds) };
}

/** The encoders of all folds as one that searches for each problem with its own; for all others with the whole one. */
export function crossFitted(
  whole: MadeEncoder,
  folds: readonly MadeEncoder[],
  { foldOf }: Pick<CrossFit, 'foldOf'>,
): MadeEncoder {
  const opening = (fold: number | undefined) => (fold === undefined ? whole : folds[fold]!).open();
  return {
    open: () => Promise.resolve(new CrossFittedRetriever(opening, ({ id }) => foldOf.get(id))),
    fingerprint: hashJson([folds.map(({ fingerprint }) => fingerprint), [...foldOf]]),
  };
}
