/** What an encoder in training would find: all candidates ranked for some queries, to validate it and to mine hard negatives. */
import type { Trace } from '../../data/types.js';
import type { TrainableEncoder } from '../encode/types.js';
import { gradeRanking, mean } from '../grade/metrics.js';
import { scoreDocuments } from '../index/best-chunks.js';
import { RankedTraces } from '../score/ranking.js';
import type { Hit, Query } from '../types.js';
import type { LabelledQuery } from './pairs.js';
import type { TextTokens } from './text-tokens.js';
import type { Validation } from './train-metrics.js';

/** Queries scored at a time: bounds the scores in memory. */
const QUERIES_AT_ONCE = 512;

export interface Candidates {
  traces: readonly Trace[];
  /** Pairs that must not meet. */
  exclude?: (query: Query, trace: Trace) => boolean;
}

/** Ranks the candidates that one query may meet; `only`: among these alone. */
export type RankOne = (k: number, only?: ReadonlySet<string>) => Hit[];

/** Scores every query by all candidates, and gives what `use` makes of each query's ranking. */
export async function rankCandidates<T>(
  encoder: TrainableEncoder,
  queries: readonly LabelledQuery[],
  { traces, exclude }: Candidates,
  tokens: TextTokens,
  use: (query: LabelledQuery, rank: RankOne) => T,
): Promise<T[]> {
  const chunks_D = traces.map((trace) => tokens.chunks(trace));
  const counts = chunks_D.map(({ length }) => length);
  const scoreAll = await scoreDocuments(encoder.scorer, await encoder.encodeTokens(chunks_D.flat()), counts);
  const ranked = new RankedTraces(traces);
  const results: T[] = [];
  for (let from = 0; from < queries.length; from += QUERIES_AT_ONCE) {
    const some = queries.slice(from, from + QUERIES_AT_ONCE);
    const vectors = await encoder.encodeTokens(some.map(({ query }) => tokens.query(query)));
    const scores = await scoreAll(vectors);
    for (const [q, labelled] of some.entries()) {
      const { query } = labelled;
      const row = scores.subarray(q * traces.length, (q + 1) * traces.length);
      const refused = new Set(traces.filter((trace) => exclude?.(query, trace) === true).map(({ id }) => id));
      results.push(use(labelled, (k, only) => ranked.rank(query, row, { k, exclude: refused, only })));
    }
  }
  return results;
}

/** Ranks all candidates for the validation queries. Traces without a label of the query count as not relevant. */
export async function validate(
  encoder: TrainableEncoder,
  validation: readonly LabelledQuery[],
  candidates: Candidates,
  tokens: TextTokens,
  step: number,
): Promise<Validation> {
  const queries = validation.map((l) => l.query);
  const all = candidates.traces.length;
  const hits_Q = await rankCandidates(encoder, validation, candidates, tokens, (_, rank) => rank(all));
  const positives = new Map(validation.map((l) => [l.query.id, new Set(l.positives.map((t) => t.id))]));
  const graded = gradeRanking(queries, hits_Q, (query, trace) => (positives.get(query.id)?.has(trace.id) ? 1 : 0), {
    ks: [1],
    candidates: (query) => candidates.traces.filter((trace) => !candidates.exclude?.(query, trace)),
  });
  return {
    step,
    recallAt1: mean(graded.recallAt[1] ?? []) ?? 0,
    mrr: mean(graded.reciprocalRank) ?? 0,
    queries: graded.queryIds.length,
  };
}

/** More recall@1 wins, then more MRR, then the later step. */
export function isBetter(a: Validation, b: Validation | undefined): boolean {
  if (!b || a.recallAt1 !== b.recallAt1) return !b || a.recallAt1 > b.recallAt1;
  return a.mrr >= b.mrr;
}
