/** Which candidates a further round of labels measures: what a retriever proposes, and a random slice beside it. */
import type { Rng } from '../core/rng.js';
import type { Trace } from '../data/index.js';

/** New candidates of one query, in the order of the corpus. */
export interface Proposal {
  /** The best by score among those that were not measured. */
  proposed: Trace[];
  /** Drawn at random among all that were not measured, whatever their score. */
  random: Trace[];
}

/**
 * The random slice is drawn first, so that it says what an unmeasured candidate is worth on average; proposals are the best of the rest,
 * ties to the earlier of the corpus. `scores[i]` belongs to `allowed[i]`; without scores nothing is proposed.
 */
export function proposeCandidates(
  allowed: readonly Trace[],
  measured: ReadonlySet<string>,
  scores: ArrayLike<number> | undefined,
  { proposals, random, rng }: { proposals: number; random: number; rng: Rng },
): Proposal {
  const open = allowed.map((trace, at) => ({ trace, at })).filter(({ trace }) => !measured.has(trace.id));
  const drawn = rng.sample(open, random);
  const rest = open.filter((one) => !drawn.includes(one));
  const best = scores ? rest.toSorted((a, b) => scores[b.at]! - scores[a.at]! || a.at - b.at).slice(0, proposals) : [];
  const inOrder = (some: typeof open) => some.toSorted((a, b) => a.at - b.at).map(({ trace }) => trace);
  return { proposed: inOrder(best), random: inOrder(drawn) };
}
