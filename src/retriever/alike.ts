/**
 * Sparse labels and in-batch negatives: where only a few pairs were judged, most right traces of a query are unlabelled and
 * would serve as its negatives. Those that the labels themselves make likely are taken out.
 */
import type { Label } from '../judge/types.js';
import type { LabelledQuery } from './pairs.js';

/**
 * Adds to each query's `unknown` the traces that nobody judged for it, and that help a query which shares a positive with it
 * (three steps in the graph of positives: query, trace, other query, trace). They are no positives, only no negatives.
 */
export function withoutLikelyPositives(labelled: readonly LabelledQuery[], labels: readonly Label[]): LabelledQuery[] {
  const judged = new Map<string, Set<string>>();
  for (const { problemId, traceId } of labels) {
    const traces = judged.get(problemId) ?? new Set<string>();
    judged.set(problemId, traces.add(traceId));
  }
  const queriesOf = new Map<string, LabelledQuery[]>();
  for (const query of labelled) {
    for (const { id } of query.positives) queriesOf.set(id, [...(queriesOf.get(id) ?? []), query]);
  }
  return labelled.map((query) => {
    const unknown = new Set(query.unknown);
    const known = judged.get(query.query.id);
    const others = new Set(query.positives.flatMap(({ id }) => queriesOf.get(id) ?? []));
    for (const other of others) for (const { id } of other.positives) if (known?.has(id) !== true) unknown.add(id);
    return { ...query, unknown };
  });
}
