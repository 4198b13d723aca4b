/** Batches of queries with documents, and masks for the pairs that say nothing. */
import { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import type { PairMasks } from './infonce.js';
import type { LabelledQuery } from './pairs.js';
import type { Query } from '../types.js';

export interface Batch {
  queries: readonly LabelledQuery[];
  /** Distinct traces: one drawn positive a query, shared where two queries drew the same, and what was drawn beside them. */
  documents: Trace[];
  masks: PairMasks;
}

/** Queries of a batch with the positive drawn for each. */
export interface Draw {
  queries: LabelledQuery[];
  positives: Trace[];
}

/**
 * What to do with a positive of a query that another query brought into the batch: leave it out of the loss
 * (`mask`), or train on it as one more positive (`train`).
 */
export type InBatchPositives = 'mask' | 'train';

/** Which documents of a batch are negatives of a query: all that no label calls positive, or only those that a judge denied. */
export type Negatives = 'in-batch' | 'judged';

export interface BatchOptions {
  inBatchPositives: InBatchPositives;
  /** Default `in-batch`. */
  negatives?: Negatives;
  /** Another loss looks at what was measured: it is then no negative. Default false. */
  graded?: boolean;
  /** Pairs that must not meet (own problem, same answer): never positives, never negatives, never measured. */
  exclude?: (query: Query, trace: Trace) => boolean;
  /** How much a query counts; left out: all alike. */
  weightOf?: (query: LabelledQuery) => number;
}

/** Queries of a batch: all where there are fewer. */
export function queriesOfBatch(queries: readonly LabelledQuery[], batchSize: number): number {
  return Math.min(batchSize, queries.length);
}

/**
 * An endless stream of draws: every query once an epoch in a new order, a positive drawn anew each time. The last
 * batch of an epoch is dropped where it is not full, so that every batch has the same number of negatives.
 */
export function* draws(queries: readonly LabelledQuery[], batchSize: number, rng: Rng): Generator<Draw, never> {
  const size = queriesOfBatch(queries, batchSize);
  for (let epoch = 0; ; epoch++) {
    const stream = rng.fork(`epoch-${epoch}`);
    const order = stream.shuffle(queries);
    for (let from = 0; from + size <= order.length; from += size) {
      const chosen = order.slice(from, from + size);
      yield { queries: chosen, positives: chosen.map((query) => stream.pick(query.positives)) };
    }
  }
}

/** The batch of queries and the positive drawn for each; `beside`: further documents. */
export function makeBatch({ queries, positives }: Draw, options: BatchOptions, beside: readonly Trace[] = []): Batch {
  const documents = distinct([...positives, ...beside]);
  const size = queries.length * documents.length;
  const masks: PairMasks = {
    queries: queries.length,
    documents: documents.length,
    positive: new Uint8Array(size),
    ignore: new Uint8Array(size),
    gains: new Float32Array(size).fill(NaN),
    ...(options.weightOf && { weights: Float32Array.from(queries, options.weightOf) }),
  };
  queries.forEach((labelled, q) => {
    const row = { labelled, own: positives[q] as Trace, from: q * documents.length };
    fillRow(masks, documents, row, options);
  });
  return { queries, documents, masks };
}

function fillRow(
  { positive, ignore, gains }: PairMasks,
  documents: readonly Trace[],
  { labelled, own, from }: { labelled: LabelledQuery; own: Trace; from: number },
  { inBatchPositives, negatives = 'in-batch', graded = false, exclude }: BatchOptions,
): void {
  const { query } = labelled;
  const positives = new Set(labelled.positives.map((trace) => trace.id));
  const judged = new Map(labelled.judged?.map(({ trace, gain, relevant }) => [trace.id, { gain, relevant }]));
  documents.forEach((document, d) => {
    const at = from + d;
    const excluded = exclude?.(query, document) ?? false;
    const gain = judged.get(document.id)?.gain;
    if (gain !== undefined && !excluded) gains![at] = gain;
    const isPositive = document.id === own.id || (inBatchPositives === 'train' && positives.has(document.id));
    if (isPositive) positive[at] = 1;
    else if (positives.has(document.id) || excluded || saysNothing(labelled, own, document)) ignore[at] = 1;
    else if (graded && gain !== undefined) ignore[at] = 1;
    else if (negatives === 'judged' && judged.get(document.id)?.relevant !== false) ignore[at] = 1;
  });
}

/** Pairs that must not serve as negatives though no label calls them positive. */
function saysNothing({ query, unknown }: LabelledQuery, own: Trace, document: Trace): boolean {
  // Traces need no question; those without one are not of one problem for it.
  const sameProblem = document.question !== '' && [own.question, query.question].includes(document.question);
  return sameProblem || unknown.has(document.id);
}

function distinct(traces: readonly Trace[]): Trace[] {
  return [...new Map(traces.map((trace) => [trace.id, trace])).values()];
}
