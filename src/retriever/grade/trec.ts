/**
 * Rankings graded as trec_eval and pytrec_eval do it, so that figures stand beside published ones: all judged queries count (one without
 * a relevant document with 0), the ideal order is of all judged documents, recall is the share of the relevant ones that were found,
 * and equal scores go to the larger id.
 */
import type { Hit } from '../types.js';
import { dcg } from './metrics.js';

/** Figures of each query, in their order. */
export interface TrecGrades {
  recallAt: Record<number, number[]>;
  reciprocalRank: number[];
  ndcgAt: Record<number, number[]>;
}

/** Grades hits against the gains of the judged documents; a document without a judgement is not relevant. */
export function gradeTrec(
  hits_Q: readonly (readonly Hit[])[],
  gains_Q: readonly ReadonlyMap<string, number>[],
  ks: readonly number[],
): TrecGrades {
  const perK = () => Object.fromEntries(ks.map((k) => [k, [] as number[]])) as Record<number, number[]>;
  const out: TrecGrades = { recallAt: perK(), reciprocalRank: [], ndcgAt: perK() };
  for (const [q, gains] of gains_Q.entries()) {
    const ranked = (hits_Q[q] ?? []).toSorted((a, b) => b.score - a.score || (a.trace.id < b.trace.id ? 1 : -1));
    const found = ranked.map(({ trace }) => Math.max(0, gains.get(trace.id) ?? 0));
    const ideal = [...gains.values()].filter((gain) => gain > 0).toSorted((a, b) => b - a);
    const first = found.findIndex((gain) => gain > 0);
    out.reciprocalRank.push(first < 0 ? 0 : 1 / (first + 1));
    for (const k of ks) {
      const hits = found.slice(0, k).filter((gain) => gain > 0).length;
      out.recallAt[k]?.push(ideal.length === 0 ? 0 : hits / ideal.length);
      out.ndcgAt[k]?.push(ideal.length === 0 ? 0 : dcg(found.slice(0, k)) / dcg(ideal.slice(0, k)));
    }
  }
  return out;
}
