/** What measured gains say of queries: how far they are apart, and with that how much a query has to teach. */
import type { LabelledQuery } from './pairs.js';

/** Standard deviation of the gains of a query's judged candidates; 0 with fewer than two. */
export function spreadOf({ judged = [] }: LabelledQuery): number {
  if (judged.length < 2) return 0;
  const mean = judged.reduce((sum, { gain }) => sum + gain, 0) / judged.length;
  return Math.sqrt(judged.reduce((sum, { gain }) => sum + (gain - mean) ** 2, 0) / judged.length);
}

/**
 * The unit of the temperature of gains: the root mean square of the spreads of all queries, so that one temperature suits nats of a
 * long solution and shares of right answers. 1 where no gains differ.
 */
export function gainUnit(queries: readonly LabelledQuery[]): number {
  const spreads = queries.map(spreadOf).filter((spread) => spread > 0);
  if (spreads.length === 0) return 1;
  return Math.sqrt(spreads.reduce((sum, spread) => sum + spread ** 2, 0) / spreads.length);
}

/**
 * Weights of queries by the spread of their gains, 1 on the mean: where no candidate makes a difference, the order of the candidates is
 * noise. All alike where no gains differ.
 */
export function spreadWeights(queries: readonly LabelledQuery[]): (query: LabelledQuery) => number {
  const mean = queries.reduce((sum, query) => sum + spreadOf(query), 0) / queries.length;
  const weights = new Map(queries.map((query) => [query.query.id, mean > 0 ? spreadOf(query) / mean : 1]));
  return ({ query }) => weights.get(query.id) ?? 1;
}
