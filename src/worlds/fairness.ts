/**
 * How much the surface gives away: figures of a world that say whether retrieving by rule is a fair task. Drafts carry
 * the facts; nothing here is seen by the pipeline.
 */
import { truthOf, type Draft } from './problems.js';

export interface Fairness {
  queries: number;
  /** Share of queries with a corpus trace of the same topic *and* the same rule. */
  sameTopicAndRule: number;
  /** Mean share of a query's right traces that name the rule by the same alias. */
  sameAlias: number;
  /** Mean share of a query's right traces with the query's answer. */
  sameAnswer: number;
  /** Mean share of all traces with the query's topic. */
  sameTopic: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);

const share = <T>(items: readonly T[], test: (item: T) => boolean): number =>
  items.length === 0 ? 0 : items.filter(test).length / items.length;

/** Figures over queries that follow rules and the corpus they retrieve from. */
export function fairness(queries: readonly Draft[], corpus: readonly Draft[]): Fairness {
  const rows = queries.map((query) => {
    const right = corpus.filter((trace) => truthOf(trace) === truthOf(query));
    const sameTopic = (trace: Draft): boolean => trace.surface.topic === query.surface.topic;
    return {
      both: right.some(sameTopic) ? 1 : 0,
      alias: share(right, (trace) => trace.alias === query.alias),
      answer: share(right, (trace) => trace.answer === query.answer),
      topic: share(corpus, sameTopic),
    };
  });
  return {
    queries: queries.length,
    sameTopicAndRule: mean(rows.map((row) => row.both)),
    sameAlias: mean(rows.map((row) => row.alias)),
    sameAnswer: mean(rows.map((row) => row.answer)),
    sameTopic: mean(rows.map((row) => row.topic)),
  };
}

/** What a retriever's first hits share with their queries: the share with the same topic and with the same rule. */
export function firstHitShares(
  queries: readonly Draft[],
  firstHits: readonly Draft[],
): { sameTopic: number; sameRule: number } {
  const pairs = queries.map((query, i) => [query, firstHits[i]!] as const);
  return {
    sameTopic: share(pairs, ([query, hit]) => query.surface.topic === hit.surface.topic),
    sameRule: share(pairs, ([query, hit]) => truthOf(query) === truthOf(hit)),
  };
}
