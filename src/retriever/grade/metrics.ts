/**
 * How good a ranking is, judged by labels or by truth. Everything is given for each query, so that callers can make
 * clustered intervals; `mean` is the plain average.
 */
import type { Trace } from '../../data/types.js';
import type { Label } from '../../judge/types.js';
import type { Hit, Query } from '../types.js';

/** Gain of a trace for a query: above 0 relevant, 0 not, undefined unknown (nobody judged the pair, or judging failed). */
export type Relevance = (query: Query, trace: Trace) => number | undefined;

export interface RankingMetrics {
  /** Queries that count: those with at least one relevant trace among the candidates. */
  queryIds: string[];
  /** Queries without any relevant trace, which no retriever could serve; they are in none of the figures. */
  withoutRelevant: string[];
  /** recall@k as retrieval papers on single-answer tasks use it: 1 where any of the first k hits is relevant, else 0. */
  recallAt: Record<number, number[]>;
  /** Relevant hits among the first k over all that there could be, min(k, relevant traces). */
  coverageAt: Record<number, number[]>;
  /** 1 / rank of the first relevant hit, 0 where there is none (MRR is its mean). */
  reciprocalRank: number[];
  /** nDCG@k with gain g at rank r counting g / log2(r + 1), over that of the ideal order. */
  ndcgAt: Record<number, number[]>;
  /** 1 where the first hit's relevance is unknown. It counts as not relevant above, which may wrong the retriever. */
  unknownAt1: number[];
}

/**
 * Grades hits (in the order of `queries`, best first). `candidates` says which traces a query could have had (all
 * traces that its search allowed): the ideal order and the queries that count follow from them.
 */
export function gradeRanking(
  queries: readonly Query[],
  hits_Q: readonly (readonly Hit[])[],
  relevance: Relevance,
  options: { ks: readonly number[]; candidates: (query: Query) => readonly Trace[] },
): RankingMetrics {
  const perK = () => Object.fromEntries(options.ks.map((k) => [k, [] as number[]])) as Record<number, number[]>;
  const out: RankingMetrics = {
    queryIds: [],
    withoutRelevant: [],
    recallAt: perK(),
    coverageAt: perK(),
    reciprocalRank: [],
    ndcgAt: perK(),
    unknownAt1: [],
  };
  queries.forEach((query, q) => {
    const ideal = options
      .candidates(query)
      .map((trace) => relevance(query, trace) ?? 0)
      .filter((gain) => gain > 0)
      .toSorted((a, b) => b - a);
    if (ideal.length === 0) {
      out.withoutRelevant.push(query.id);
      return;
    }
    const hits = hits_Q[q] ?? [];
    const gains = hits.map((hit) => Math.max(0, relevance(query, hit.trace) ?? 0));
    const first = gains.findIndex((gain) => gain > 0);
    out.queryIds.push(query.id);
    out.reciprocalRank.push(first < 0 ? 0 : 1 / (first + 1));
    out.unknownAt1.push(hits[0] && relevance(query, hits[0].trace) === undefined ? 1 : 0);
    for (const k of options.ks) {
      const found = gains.slice(0, k).filter((gain) => gain > 0).length;
      out.recallAt[k]?.push(found > 0 ? 1 : 0);
      out.coverageAt[k]?.push(found / Math.min(k, ideal.length));
      out.ndcgAt[k]?.push(dcg(gains.slice(0, k)) / dcg(ideal.slice(0, k)));
    }
  });
  return out;
}

/** The plain average; undefined of nothing (never 0: no query is not a failed query). */
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Relevant: same truth. Unknown where either side has none. */
export function relevanceFromTruth(query: Query, trace: Trace): number | undefined {
  if (query.truth === undefined || trace.truth === undefined) return undefined;
  return query.truth === trace.truth ? 1 : 0;
}

/** Relevant: labelled so. Unknown: not judged, or the judgement failed. A later label of the same pair replaces an earlier one. */
export function relevanceFromLabels(labels: readonly Label[]): Relevance {
  const byQuery = new Map<string, Map<string, number>>();
  for (const label of labels) {
    if (!('relevant' in label)) continue;
    let own = byQuery.get(label.problemId);
    if (!own) byQuery.set(label.problemId, (own = new Map()));
    own.set(label.traceId, label.relevant ? 1 : 0);
  }
  return (query, trace) => byQuery.get(query.id)?.get(trace.id);
}

/** Discounted cumulative gain: each gain over log2(rank + 1). */
export function dcg(gains: readonly number[]): number {
  return gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);
}
