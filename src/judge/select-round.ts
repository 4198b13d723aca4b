/** Which pairs one round of selection judges; pure, seeded. */
import type { Rng } from '../core/rng.js';
import type { QueryCandidates } from './pairs.js';
import type { ChoiceReason } from './select-types.js';

/** A candidate by the places of query and trace. */
export interface Choice {
  query: number;
  candidate: number;
  reason: ChoiceReason;
  probability?: number;
}

/** What is known of the pairs before a round. */
export interface RoundState {
  queries: readonly QueryCandidates[];
  /** Places of the candidates judged so far, for each query. */
  judged: readonly ReadonlySet<number>[];
  /** Positives found so far, for each query. */
  positives: readonly number[];
}

/**
 * The first sample: every query gets about as many candidates as every other, and every trace is judged about equally
 * often, at random within that.
 */
export function firstSample(queries: readonly QueryCandidates[], budget: number, rng: Rng): Choice[] {
  const uses = new Map<string, number>();
  const taken = queries.map(() => new Set<number>());
  const choices: Choice[] = [];
  const order = rng.fork('queries').shuffle(queries.map((_, q) => q));
  for (let pass = 0; choices.length < budget; pass++) {
    const stream = rng.fork(`pass-${pass}`);
    const before = choices.length;
    for (const q of order) {
      if (choices.length >= budget) break;
      const open = openCandidates(queries[q]!, taken[q]!);
      if (open.length === 0) continue;
      const useOf = (c: number) => uses.get(queries[q]!.candidates[c]!.id) ?? 0;
      const least = Math.min(...open.map(useOf));
      const candidate = stream.pick(open.filter((c) => useOf(c) === least));
      const { id } = queries[q]!.candidates[candidate]!;
      uses.set(id, (uses.get(id) ?? 0) + 1);
      taken[q]!.add(candidate);
      choices.push({ query: q, candidate, reason: 'first' });
    }
    if (choices.length === before) break;
  }
  return choices;
}

/** Part of the guided choices where the retriever is unsure: they seldom find a positive, and only positives are learnt from. */
const UNCERTAIN_SHARE = 0.25;

export interface RoundOptions {
  budget: number;
  /** Share of the budget drawn without the retriever. */
  randomShare: number;
  /** Turns scores into probabilities over a query's candidates: InfoNCE's own temperature. */
  temperature: number;
  rng: Rng;
}

/**
 * A later round. Most of what the random slice leaves goes to queries by how sure the retriever is of its best unjudged
 * candidate, the rest by how unsure (least margin between its best two); queries without a positive come first in both, since
 * a query teaches nothing before it has one. Without scores the whole round is random.
 */
export function chooseRound(
  state: RoundState,
  scores: readonly Float32Array[] | undefined,
  { budget, randomShare, temperature, rng }: RoundOptions,
): Choice[] {
  const taken = state.judged.map((judged) => new Set(judged));
  const choices: Choice[] = [];
  const take = (choice: Choice) => {
    taken[choice.query]!.add(choice.candidate);
    choices.push(choice);
  };
  const guided = scores ? budget - Math.round(randomShare * budget) : 0;
  const confident = Math.ceil((1 - UNCERTAIN_SHARE) * guided);
  while (scores && choices.length < guided) {
    const guesses = state.queries.flatMap((query, q) => {
      const guess = bestGuess(softmax(scores[q]!, temperature), openCandidates(query, taken[q]!));
      return guess ? [{ query: q, ...guess }] : [];
    });
    if (guesses.length === 0) break;
    const reason = choices.length < confident ? 'confident' : 'uncertain';
    const served = (q: number) => taken[q]!.size - state.judged[q]!.size;
    const gain = (g: (typeof guesses)[number]) => (reason === 'confident' ? g.probability : -g.margin);
    // Queries that this round has served wait for the others, so that the budget spreads.
    const ranked = guesses.toSorted(
      (a, b) =>
        served(a.query) - served(b.query) ||
        state.positives[a.query]! - state.positives[b.query]! ||
        gain(b) - gain(a) ||
        a.query - b.query,
    );
    const wanted = (reason === 'confident' ? confident : guided) - choices.length;
    for (const { query, candidate, probability } of ranked.slice(0, wanted)) {
      take({ query, candidate, reason, probability });
    }
  }
  const rest = state.queries.flatMap((query, q) =>
    openCandidates(query, taken[q]!).map((candidate) => ({ query: q, candidate, reason: 'random' as const })),
  );
  for (const choice of rng.sample(rest, budget - choices.length)) take(choice);
  return choices;
}

function openCandidates({ candidates }: QueryCandidates, taken: ReadonlySet<number>): number[] {
  return candidates.flatMap((_, c) => (taken.has(c) ? [] : [c]));
}

/** The most probable of some candidates, and its lead over the next. */
function bestGuess(
  probabilities: Float64Array,
  open: readonly number[],
): { candidate: number; probability: number; margin: number } | undefined {
  let best = -1;
  let second = 0;
  for (const c of open) {
    const p = probabilities[c]!;
    if (best < 0 || p > probabilities[best]!) {
      if (best >= 0) second = probabilities[best]!;
      best = c;
    } else if (p > second) {
      second = p;
    }
  }
  if (best < 0) return undefined;
  const probability = probabilities[best]!;
  return { candidate: best, probability, margin: probability - second };
}

function softmax(scores: Float32Array, temperature: number): Float64Array {
  const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = Float64Array.from(scores, (s) => Math.exp((s - most) / temperature));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
}
