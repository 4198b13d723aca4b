/** From relevance labels to what a retriever trains on: queries with their positives, and pairs that say nothing. */
import { MinHasher } from '../../data/minhash.js';
import { TwinIndex } from '../../data/twins.js';
import type { Trace } from '../../data/types.js';
import type { Label } from '../../judge/types.js';
import type { Query } from '../types.js';

/** A candidate that was judged for a query. */
export interface JudgedTrace {
  trace: Trace;
  relevant: boolean;
  /** What was measured; of a judge that only says yes or no, 1 or 0. */
  gain: number;
}

/** A query with at least one positive. */
export interface LabelledQuery {
  query: Query;
  /** Relevant traces, in the order of their ids. */
  positives: Trace[];
  /** Traces whose judgement failed: neither positive nor negative. */
  unknown: ReadonlySet<string>;
  /** All candidates with a verdict of their own (inferred ones are not), in the order of their ids; left out where nobody judged. */
  judged?: readonly JudgedTrace[];
}

export interface LabelledQueries {
  labelled: LabelledQuery[];
  /** Queries that were judged and have no positive: nothing to learn from. */
  withoutPositive: number;
  /** Labels of queries or traces that were not given, which are left out. */
  strangers: number;
}

/** Collects the labels of each query. A later label of a pair replaces an earlier one. */
export function collectLabels(
  labels: readonly Label[],
  queries: readonly Query[],
  traces: readonly Trace[],
): LabelledQueries {
  const queryOf = new Map(queries.map((query) => [query.id, query]));
  const traceOf = new Map(traces.map((trace) => [trace.id, trace]));
  const byQuery = new Map<string, Map<string, Label>>();
  let strangers = 0;
  for (const label of labels) {
    if (!queryOf.has(label.problemId) || !traceOf.has(label.traceId)) {
      strangers++;
      continue;
    }
    const own = byQuery.get(label.problemId) ?? new Map<string, Label>();
    byQuery.set(label.problemId, own.set(label.traceId, label));
  }
  const labelled: LabelledQuery[] = [];
  for (const [id, own] of [...byQuery].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const positives = [...own.values()].filter((label) => 'relevant' in label && label.relevant);
    const failed = [...own.values()].filter((label) => 'failed' in label);
    if (positives.length === 0) continue;
    const judged = [...own.values()].flatMap((label): JudgedTrace[] => {
      if ('failed' in label || label.inferred) return [];
      const { relevant, score = relevant ? 1 : 0 } = label;
      return [{ trace: traceOf.get(label.traceId) as Trace, relevant, gain: score }];
    });
    labelled.push({
      query: queryOf.get(id) as Query,
      positives: positives.map((l) => traceOf.get(l.traceId) as Trace).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      unknown: new Set(failed.map((label) => label.traceId)),
      judged: judged.toSorted((a, b) => (a.trace.id < b.trace.id ? -1 : 1)),
    });
  }
  return { labelled, withoutPositive: byQuery.size - labelled.length, strangers };
}

/** Labels by truth, as a control: every trace that shares the query's truth is a positive. */
export function truthPairs(
  queries: readonly Query[],
  traces: readonly Trace[],
  exclude?: (q: Query, t: Trace) => boolean,
): LabelledQuery[] {
  return queries.flatMap((query) => {
    const positives = traces.filter(
      (t) => query.truth !== undefined && t.truth === query.truth && !exclude?.(query, t),
    );
    return positives.length === 0 ? [] : [{ query, positives, unknown: new Set<string>() }];
  });
}

/**
 * For labels of a part of the pairs: adds to each query's `unknown` the traces that have no label for it, of the types of
 * which others have. Nobody called them irrelevant, so they are no negatives; those of types it was never paired with are.
 */
export function withoutUnjudged(
  labelled: readonly LabelledQuery[],
  labels: readonly Label[],
  traces: readonly Trace[],
): LabelledQuery[] {
  const typeOf = new Map(traces.map(({ id, type }) => [id, type]));
  const judged = new Map<string, Set<string>>();
  for (const { problemId, traceId } of labels) {
    const own = judged.get(problemId) ?? new Set<string>();
    judged.set(problemId, own.add(traceId));
  }
  return labelled.map((one) => {
    const own = judged.get(one.query.id) ?? new Set<string>();
    const types = new Set([...own].map((id) => typeOf.get(id)));
    const open = traces.filter(({ id, type }) => types.has(type) && !own.has(id));
    return { ...one, unknown: new Set([...one.unknown, ...open.map(({ id }) => id)]) };
  });
}

/**
 * Adds to each query's `unknown` the near duplicates of its positives and of its own question: nobody should be told that a
 * reworded positive does not help. Traces without a question are near to none. `similarity`: least Jaccard similarity of three-word shingles of the questions, as in `corpus.nearDuplicate`.
 */
export function withoutNearDuplicates(
  labelled: readonly LabelledQuery[],
  traces: readonly Trace[],
  similarity: number,
): LabelledQuery[] {
  const hasher = new MinHasher(0);
  const index = new TwinIndex(similarity);
  for (const { id, question } of traces) if (question !== '') index.add(id, hasher.sketch(question));
  return labelled.map((one) => {
    const positives = new Set(one.positives.map(({ id }) => id));
    const texts = new Set([one.query.question, ...one.positives.map(({ question }) => question)].filter(Boolean));
    const twins = [...texts].flatMap((text) => index.findAll(hasher.sketch(text)).map(({ of }) => of));
    return { ...one, unknown: new Set([...one.unknown, ...twins.filter((id) => !positives.has(id))]) };
  });
}
