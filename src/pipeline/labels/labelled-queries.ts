/** The labelled queries in three parts, derived once: the retriever trains on two of them and is graded on the third. */
import type { Config } from '../../config/index.js';
import { isUnseen } from '../../data/index.js';
import { traceClasses, type Label } from '../../judge/index.js';
import { collectLabels, splitQueries, withoutUnjudged, type QueryParts } from '../../retriever/index.js';
import type { DataSets } from '../data/data-sets.js';

export interface LabelledQueries extends QueryParts {
  /** Traces with a verdict, for each query of the test part: it is graded among these. */
  judged: ReadonlyMap<string, ReadonlySet<string>>;
  /** The class of each trace that the labels have found one of. */
  classOf: ReadonlyMap<string, string>;
}

/** The training problems with a positive, by part. */
export function labelledQueries(config: Config, data: DataSets, labels: readonly Label[]): LabelledQueries {
  const traces = data.corpus.filter((trace) => !isUnseen(trace));
  const { labelled: collected } = collectLabels(labels, data.train, traces);
  const partly = config.labels.selection.pairs === 'budget';
  const labelled = partly ? withoutUnjudged(collected, labels, traces) : collected;
  const parts = splitQueries(labelled, config.retriever, config.seed);
  const judged = new Map<string, Set<string>>(parts.test.map(({ query }) => [query.id, new Set()]));
  for (const label of labels) if ('relevant' in label) judged.get(label.problemId)?.add(label.traceId);
  return { ...parts, judged, classOf: traceClasses(labels) };
}

/** What the parts hold, and what their size means, as a line for people. */
export function partsText({ train, validation, test }: QueryParts): string {
  const counts = `retriever: ${train.length} labelled queries to train on, ${validation.length} to choose the checkpoint, ${test.length} to grade it`;
  const empty = [
    ...(validation.length === 0 ? ['the weights of the last step are kept, unchosen'] : []),
    ...(test.length === 0 ? ['there is no grade on labelled queries'] : []),
  ];
  return [counts, ...empty].join('; ');
}

/** What the encoder of a fold learns from, as a line for people. */
export function foldText(shown: string, { train, validation }: Pick<QueryParts, 'train' | 'validation'>): string {
  return `retriever ${shown}: ${train.length} labelled queries to train on, ${validation.length} to choose the checkpoint; it searches for the others`;
}
