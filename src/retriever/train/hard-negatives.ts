/**
 * Hard negatives: documents that the encoder in training ranks high for a query and that are no positives. What ranks high and has no
 * label may well be relevant, so only documents that score clearly below the query's best positive are taken (as the positive-aware
 * mining of NV-Retriever, Moreira et al. 2024, arXiv 2407.15831, with a margin in units of the score).
 */
import type { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import type { TrainableEncoder } from '../encode/types.js';
import type { Hit } from '../types.js';
import type { Negatives } from './batches.js';
import type { LabelledQuery } from './pairs.js';
import { rankCandidates, type Candidates } from './ranking.js';
import type { TextTokens } from './text-tokens.js';

export interface HardNegativeOptions {
  /** Hard negatives beside each query of a batch; 0: none. */
  perQuery: number;
  /** Ranks that they are taken from, from 1, both included. */
  fromRank: number;
  toRank: number;
  /** How far below the query's best positive they must score, in units of the score. */
  margin: number;
  /** Steps between two minings; 0: once an epoch. */
  everySteps: number;
}

/** Traces to draw from, by query. */
export type HardNegatives = ReadonlyMap<string, readonly Trace[]>;

/** Mines for all queries under the present weights. */
export async function mineHardNegatives(
  encoder: TrainableEncoder,
  queries: readonly LabelledQuery[],
  candidates: Candidates,
  tokens: TextTokens,
  options: HardNegativeOptions & { negatives: Negatives },
): Promise<HardNegatives> {
  const mined = await rankCandidates(encoder, queries, candidates, tokens, (query, rank) => {
    const [best] = rank(1, new Set(query.positives.map(({ id }) => id)));
    return best ? hardNegativesOf(query, rank(options.toRank), best.score, options) : [];
  });
  return new Map(queries.map(({ query }, q) => [query.id, mined[q]!]));
}

/**
 * Those of one query, from its best hits (without pairs that must not meet) and the score of its best positive. Positives, traces of the
 * same problem and traces that nothing is known of are never among them; with `judged` only traces that were denied are.
 */
export function hardNegativesOf(
  { query, positives, unknown, judged = [] }: LabelledQuery,
  hits: readonly Hit[],
  bestPositive: number,
  { fromRank, toRank, margin, negatives }: HardNegativeOptions & { negatives: Negatives },
): Trace[] {
  const own = new Set(positives.map(({ id }) => id));
  const sameProblem = new Set([query.question, ...positives.map(({ question }) => question)]);
  const denied = new Set(judged.flatMap(({ trace, relevant }) => (relevant ? [] : [trace.id])));
  return hits
    .slice(fromRank - 1, toRank)
    .filter(({ trace, score }) => {
      if (own.has(trace.id) || unknown.has(trace.id) || sameProblem.has(trace.question)) return false;
      return score <= bestPositive - margin && (negatives === 'in-batch' || denied.has(trace.id));
    })
    .map(({ trace }) => trace);
}

/** The hard negatives of a batch's queries, drawn anew at every step. */
export function drawHardNegatives(
  queries: readonly LabelledQuery[],
  mined: HardNegatives,
  perQuery: number,
  rng: Rng,
): Trace[] {
  return queries.flatMap(({ query }) => rng.fork(query.id).sample(mined.get(query.id) ?? [], perQuery));
}
