/** Batches of (query, positive) pairs with in-batch negatives, and masks for the pairs that say nothing. */
import { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import type { PairMasks } from './infonce.js';
import type { LabelledQuery } from './pairs.js';
import type { Query } from '../types.js';

export interface Batch {
  queries: LabelledQuery[];
  /** Distinct traces: one drawn positive a query, shared where two queries drew the same. */
  documents: Trace[];
  masks: PairMasks;
}

/**
 * What to do with a positive of a query that another query brought into the batch: leave it out of the loss
 * (`mask`), or train on it as one more positive (`train`).
 */
export type InBatchPositives = 'mask' | 'train';

export interface BatchOptions {
  /** Pairs of a batch; all queries where there are fewer. */
  batchSize: number;
  inBatchPositives: InBatchPositives;
  /** Pairs that must not meet (own problem, same answer): never positives, never negatives. */
  exclude?: (query: Query, trace: Trace) => boolean;
}

/**
 * An endless stream of batches: every query once an epoch in a new order, a positive drawn anew each time. The last
 * batch of an epoch is dropped where it is not full, so that every batch has the same number of negatives.
 */
export function* batches(queries: readonly LabelledQuery[], options: BatchOptions, rng: Rng): Generator<Batch, never> {
  const size = Math.min(options.batchSize, queries.length);
  for (let epoch = 0; ; epoch++) {
    const stream = rng.fork(`epoch-${epoch}`);
    const order = stream.shuffle(queries);
    for (let from = 0; from + size <= order.length; from += size) {
      const chosen = order.slice(from, from + size);
      yield makeBatch(
        chosen,
        chosen.map((query) => stream.pick(query.positives)),
        options,
      );
    }
  }
}

/** The batch of queries and the positive drawn for each. */
export function makeBatch(
  queries: LabelledQuery[],
  drawn: readonly Trace[],
  options: Pick<BatchOptions, 'inBatchPositives' | 'exclude'>,
): Batch {
  const documents = [...new Set(drawn)];
  const positive = new Uint8Array(queries.length * documents.length);
  const ignore = new Uint8Array(queries.length * documents.length);
  queries.forEach((labelled, q) => {
    const own = drawn[q] as Trace;
    const positives = new Set(labelled.positives.map((trace) => trace.id));
    documents.forEach((document, d) => {
      const at = q * documents.length + d;
      const isPositive = document === own || (options.inBatchPositives === 'train' && positives.has(document.id));
      if (isPositive) positive[at] = 1;
      else if (positives.has(document.id) || saysNothing(labelled, own, document, options.exclude)) ignore[at] = 1;
    });
  });
  return { queries, documents, masks: { queries: queries.length, documents: documents.length, positive, ignore } };
}

/** Pairs that must not serve as negatives though no label calls them positive. */
function saysNothing(
  { query, unknown }: LabelledQuery,
  own: Trace,
  document: Trace,
  exclude: BatchOptions['exclude'],
): boolean {
  // Traces need no question; those without one are not of one problem for it.
  const sameProblem = document.question !== '' && [own.question, query.question].includes(document.question);
  return sameProblem || unknown.has(document.id) || (exclude?.(query, document) ?? false);
}
