/** What a set of labels looks like: counts, rates by type, and how relevance relates to similarity (BM25) and length. */
import { pairKey } from './agreement.js';
import { auditOf, type InferenceAudit } from './select-audit.js';
import type { DecidedLabel, Label } from './types.js';

/** What is known of a judged pair beside its label. */
export interface PairFacts {
  type?: string | undefined;
  /** Rank of the trace for the query by BM25, from 1, among those that training may show with it; undefined where it is none. */
  bm25Rank?: number | undefined;
  /** Length of the trace. */
  traceChars: number;
}

/** One row of a table: a group of pairs. */
export interface StatsRow {
  name: string;
  pairs: number;
  failed: number;
  /** Share of the decided pairs; null without any. */
  relevant: number | null;
  /** Mean score (nats of gain, share of votes); null without any. */
  meanScore: number | null;
}

export interface LabelStats {
  judge: string;
  all: StatsRow;
  queries: number;
  queriesWithPositive: number;
  /** Labels that follow from others, and what the random slice says of them; null where every pair was judged. */
  inferred: (InferenceAudit & { pairs: number }) | null;
  /** The justification that more than half of the decided pairs share: a judge that repeats itself has read little. */
  repeated: { reason: string; pairs: number } | null;
  /** Why pairs failed, most frequent first. */
  failures: { reason: string; pairs: number }[];
  byType: StatsRow[];
  byRank: StatsRow[];
  byLength: StatsRow[];
  /** Mean over queries of Spearman's correlation of score and similarity (the negated rank); null without scores. */
  rankCorrelation: { mean: number; queries: number } | null;
  /** Ranked first by BM25 and useless, lowest score first; ranked low and useful, highest score first. */
  examples: { similarUseless: DecidedLabel[]; dissimilarUseful: DecidedLabel[] };
}

const RANKS = [1, 5, 20, 100, Infinity];

/** Counts and relations of labels; `facts` knows the pairs by {@link pairKey}. */
export function labelStats(labels: readonly Label[], facts: ReadonlyMap<string, PairFacts>, examples = 3): LabelStats {
  const of = (label: Label) => facts.get(pairKey(label));
  const decided = labels.filter((label): label is DecidedLabel => 'relevant' in label);
  const positives = decided.filter((label) => label.relevant);
  const edges = quartiles(labels.flatMap((label) => of(label)?.traceChars ?? []));
  const inferred = decided.filter((label) => label.inferred).length;
  const rankOf = (label: Label) => of(label)?.bm25Rank ?? Infinity;
  return {
    judge: labels[0]?.judge ?? '',
    all: row('all', labels),
    queries: new Set(labels.map((label) => label.problemId)).size,
    queriesWithPositive: new Set(positives.map((label) => label.problemId)).size,
    inferred: inferred === 0 ? null : { pairs: inferred, ...auditOf(labels) },
    repeated: repeatedOf(decided),
    failures: failuresOf(labels),
    byType: rows(labels, (label) => of(label)?.type ?? 'without type').toSorted((a, b) => b.pairs - a.pairs),
    byRank: inBuckets(labels, (label) => of(label)?.bm25Rank, RANKS),
    byLength: inBuckets(labels, (label) => of(label)?.traceChars, edges),
    rankCorrelation: correlation(decided, of),
    examples: {
      similarUseless: decided
        .filter((label) => !label.relevant && rankOf(label) === 1)
        .toSorted((a, b) => (a.score ?? 0) - (b.score ?? 0) || byKey(a, b))
        .slice(0, examples),
      dissimilarUseful: positives
        .filter((label) => Number.isFinite(rankOf(label)) && rankOf(label) > 20)
        .toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0) || rankOf(b) - rankOf(a) || byKey(a, b))
        .slice(0, examples),
    },
  };
}

function byKey(a: Label, b: Label): number {
  return pairKey(a) < pairKey(b) ? -1 : 1;
}

function row(name: string, labels: readonly Label[]): StatsRow {
  const decided = labels.filter((label): label is DecidedLabel => 'relevant' in label);
  const scores = decided.flatMap((label) => label.score ?? []);
  return {
    name,
    pairs: labels.length,
    failed: labels.length - decided.length,
    relevant: decided.length === 0 ? null : decided.filter((label) => label.relevant).length / decided.length,
    meanScore: scores.length === 0 ? null : scores.reduce((a, b) => a + b, 0) / scores.length,
  };
}

function rows(labels: readonly Label[], nameOf: (label: Label) => string): StatsRow[] {
  const groups = new Map<string, Label[]>();
  for (const label of labels) {
    const name = nameOf(label);
    const group = groups.get(name);
    if (group) group.push(label);
    else groups.set(name, [label]);
  }
  return [...groups].map(([name, group]) => row(name, group));
}

/** Groups by a number: up to and with each edge, the last open; pairs without the number are left out. */
function inBuckets(
  labels: readonly Label[],
  valueOf: (label: Label) => number | undefined,
  edges: readonly number[],
): StatsRow[] {
  return edges.flatMap((edge, i) => {
    const below = i === 0 ? -Infinity : (edges[i - 1] as number);
    const own = labels.filter((label) => {
      const value = valueOf(label);
      return value !== undefined && value > below && value <= edge;
    });
    const from = Number.isFinite(below) ? below + 1 : 1;
    const name = !Number.isFinite(edge) ? `${from} and up` : from === edge ? String(edge) : `${from} to ${edge}`;
    return own.length === 0 ? [] : [row(name, own)];
  });
}

/** The three quartiles and an open end. */
function quartiles(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return [...new Set([at(0.25), at(0.5), at(0.75), Infinity])];
}

function repeatedOf(decided: readonly DecidedLabel[]): LabelStats['repeated'] {
  const [most] = byFrequency(decided.flatMap(({ reason }) => reason ?? []));
  return most && most.pairs > 1 && most.pairs * 2 > decided.length ? most : null;
}

function failuresOf(labels: readonly Label[]): LabelStats['failures'] {
  return byFrequency(labels.flatMap((label) => ('failed' in label ? label.failed : [])));
}

function byFrequency(reasons: readonly string[]): { reason: string; pairs: number }[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, pairs]) => ({ reason, pairs })).toSorted((a, b) => b.pairs - a.pairs);
}

function correlation(
  decided: readonly DecidedLabel[],
  of: (label: Label) => PairFacts | undefined,
): LabelStats['rankCorrelation'] {
  const byQuery = new Map<string, { score: number; similarity: number }[]>();
  for (const label of decided) {
    const rank = of(label)?.bm25Rank;
    if (rank === undefined || label.score === undefined) continue;
    const points = byQuery.get(label.problemId) ?? [];
    points.push({ score: label.score, similarity: -rank });
    byQuery.set(label.problemId, points);
  }
  const values = [...byQuery.values()].flatMap((points) => {
    const value = spearman(
      points.map((p) => p.score),
      points.map((p) => p.similarity),
    );
    return value === null ? [] : [value];
  });
  return values.length === 0
    ? null
    : { mean: values.reduce((a, b) => a + b, 0) / values.length, queries: values.length };
}

/** Spearman's rank correlation with mid-ranks for ties; null where a side is constant or there are fewer than three points. */
export function spearman(x: readonly number[], y: readonly number[]): number | null {
  if (x.length < 3) return null;
  const [a, b] = [midRanks(x), midRanks(y)];
  const middle = (x.length + 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((rank, i) => {
    const [da, db] = [rank - middle, (b[i] as number) - middle];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  });
  return aa === 0 || bb === 0 ? null : ab / Math.sqrt(aa * bb);
}

function midRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).toSorted((i, j) => (values[i] as number) - (values[j] as number));
  const ranks: number[] = values.map(() => 0);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to++;
    for (let i = from; i < to; i++) ranks[order[i] as number] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}
