/**
 * Look-alikes: texts that have most of their words in common, such as the same problem with other numbers. A solution beside its
 * look-alike can be copied, so a gain from such traces is no proof of an analogy.
 */
import { jaccard } from './minhash.js';
import { wordsOf } from './overlap.js';

/** A text with its id. */
interface Asked {
  id: string;
  question: string;
}

/**
 * Share of the distinct words of two texts that both have (Jaccard similarity), from 0 to 1. Words with digits do not count: near 1 is
 * the same problem with other numbers.
 */
export function wordsInCommon(a: string, b: string): number {
  const [own, other] = [plainWordsOf(a), plainWordsOf(b)];
  const shared = [...own].filter((word) => other.has(word)).length;
  const all = own.size + other.size - shared;
  return all === 0 ? 0 : shared / all;
}

/**
 * For each problem that has any: the other traces with more than `most` of their words in common with it, as {@link wordsInCommon} counts them.
 * Only texts that share one of their rarest words are compared: two sets with a Jaccard similarity of t or more share one of the
 * first n - ceil(t n) + 1 of n words in any fixed order (Bayardo et al., 2007, "Scaling up all pairs similarity search").
 */
export function lookAlikes(
  problems: readonly Asked[],
  traces: readonly Asked[],
  most: number,
): Map<string, ReadonlySet<string>> {
  const rankOf = rarestFirst(traces);
  const ranksOf = ({ question }: Asked) =>
    Int32Array.from([...plainWordsOf(question)].map(rankOf)).toSorted() as Int32Array;
  const ranks_T = traces.map(ranksOf);
  const withRank = new Map<number, number[]>();
  for (const [t, ranks] of ranks_T.entries())
    for (const rank of rarest(ranks, most)) {
      const own = withRank.get(rank);
      if (own) own.push(t);
      else withRank.set(rank, [t]);
    }
  /** By trace: the last problem that it was compared with. */
  const askedBy_T = new Int32Array(traces.length).fill(-1);
  const found = new Map<string, ReadonlySet<string>>();
  for (const [p, problem] of problems.entries()) {
    const own = ranksOf(problem);
    const alike: string[] = [];
    for (const rank of rarest(own, most))
      for (const t of withRank.get(rank) ?? []) {
        if (askedBy_T[t] === p) continue;
        askedBy_T[t] = p;
        const [{ id }, other] = [traces[t]!, ranks_T[t]!];
        const fewer = Math.min(own.length, other.length);
        if (fewer > most * Math.max(own.length, other.length) && id !== problem.id && jaccard(own, other) > most)
          alike.push(id);
      }
    if (alike.length > 0) found.set(problem.id, new Set(alike.toSorted()));
  }
  return found;
}

function plainWordsOf(text: string): Set<string> {
  return new Set(wordsOf(text).filter((word) => !/\p{N}/u.test(word)));
}

/** Numbers for words, those of few texts first; a word that no text has gets one of its own. */
function rarestFirst(texts: readonly Asked[]): (word: string) => number {
  const counts = new Map<string, number>();
  for (const { question } of texts)
    for (const word of plainWordsOf(question)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const order = [...counts].toSorted(([a, n], [b, m]) => n - m || (a < b ? -1 : 1));
  const ranks = new Map(order.map(([word], at) => [word, at]));
  return (word) => {
    const rank = ranks.get(word) ?? -1 - (ranks.size - order.length);
    if (!ranks.has(word)) ranks.set(word, rank);
    return rank;
  };
}

/** The rarest words of a set: another that is more similar to it than this has one of them. */
function rarest(ranks: Int32Array, similarity: number): Int32Array {
  return ranks.subarray(0, ranks.length - Math.ceil(similarity * ranks.length) + 1);
}
