/**
 * Classes of problems and traces that help each other, grown from verdicts on few pairs. Relevance by reasoning is close to
 * an equivalence: where two problems are helped by one trace, what helps the one mostly helps the other. So a new problem is
 * tried with one trace of each class until a class fits, and what is known of the class is then known of it. One wrong
 * verdict decides nothing: it takes two to join a class and two to leave it. Works on places in its own memory only; the
 * same verdicts in the same order give the same classes.
 */
import type { Rng } from '../core/rng.js';
import type { QueryCandidates } from './pairs.js';
import type { ChoiceReason } from './types.js';

/** A pair that a verdict is wanted on; `query` is a place in the list of queries. */
export interface Ask {
  query: number;
  traceId: string;
  reason: Extract<ChoiceReason, 'fit' | 'confirm' | 'found'>;
}

/** An answered {@link Ask}; the verdict is undefined where the judgement failed. */
export type Answer = Ask & { verdict: boolean | undefined };

/** A class: the problems in it, and for each trace how many of them it helps, less those it does not. */
interface TraceClass {
  problems: number[];
  support: Map<string, number>;
}

/** Where a problem stands: looking for a class, in one, or alone where no trace it was tried with helps it. */
interface Place {
  asked: Map<string, boolean | undefined>;
  /** Classes that it is done with. */
  refused: Set<number>;
  /** The class it seems to fit. */
  trying?: number;
  class?: number;
  alone?: true;
}

/** Verdicts that decide whether a problem is of a class, where the class has as many traces for it. */
const DECISIVE = 2;

/** Share of a founder's traces that the retriever chooses; the rest are random, so that its taste hides nothing. */
const GUIDED_SHARE = 0.75;

export interface GrowthOptions {
  /** Problems that look for their class at the same time. More make fewer waves with more verdicts each. */
  width: number;
  /** Traces that a problem is tried with to found a class, at most. */
  foundingTraces: number;
  rng: Rng;
}

/** Classes while they grow: {@link ClassGrowth.ask} for a wave of pairs, have them judged, {@link ClassGrowth.tell}. */
export class ClassGrowth {
  readonly #queries: readonly QueryCandidates[];
  readonly #options: GrowthOptions;
  /** Of every query, the places of its candidates. */
  readonly #candidates: readonly ReadonlyMap<string, number>[];
  readonly #order: readonly number[];
  readonly #places: readonly Place[];
  readonly #classes: TraceClass[] = [];
  readonly #classOf = new Map<string, number>();

  constructor(queries: readonly QueryCandidates[], options: GrowthOptions) {
    this.#queries = queries;
    this.#options = options;
    this.#candidates = queries.map(({ candidates }) => new Map(candidates.map(({ id }, c) => [id, c])));
    this.#order = options.rng.fork('problems').shuffle(queries.map((_, q) => q));
    this.#places = queries.map(() => ({ asked: new Map<string, boolean | undefined>(), refused: new Set<number>() }));
  }

  /**
   * The pairs of the next wave, none of which waits for another's verdict; none at all where every problem is placed.
   * Classes are tried in the order of the problem's mean score of their traces (`scores[query][candidate]`), or without
   * scores the largest first. Problems are brought to an end one after the other, so that new classes are found; with
   * `easyFirst` those with the fewest verdicts come first, which places the most where scores are good.
   */
  ask(scores?: readonly Float32Array[], easyFirst = false): Ask[] {
    const wave: Ask[] = [];
    const founding = new Set<string>();
    const tries = (query: number) => (this.#places[query]!.trying === undefined ? this.#places[query]!.asked.size : 0);
    const order = easyFirst ? this.#order.toSorted((a, b) => tries(a) - tries(b)) : this.#order;
    let looking = 0;
    for (const query of order) {
      if (looking >= this.#options.width) break;
      if (this.#isPlaced(query)) continue;
      const asks = this.#asksOf(query, scores?.[query]);
      if (asks.length === 0) continue;
      looking++;
      if (asks[0]?.reason === 'found') {
        // Two problems that found at once could found the same class twice: the second waits for the first.
        if (this.#queries[query]!.candidates.some(({ id }) => founding.has(id))) continue;
        for (const { traceId } of asks) founding.add(traceId);
      }
      wave.push(...asks);
    }
    return wave;
  }

  /** Takes in the verdicts of a wave. */
  tell(wave: readonly Answer[]): void {
    const tried = new Map<number, number>();
    const founders = new Map<number, string[]>();
    for (const { query, traceId, reason, verdict } of wave) {
      this.#places[query]!.asked.set(traceId, verdict);
      if (reason !== 'found') tried.set(query, this.#classOf.get(traceId)!);
      else if (verdict === true) founders.set(query, [...(founders.get(query) ?? []), traceId]);
      else if (!founders.has(query)) founders.set(query, []);
    }
    for (const [query, at] of tried) this.#decide(query, at);
    for (const [query, traces] of founders) this.#found(query, traces);
  }

  /**
   * What the classes say of a pair: relevant within a class, not relevant between two. Undefined where problem or trace has
   * no class, or as many problems of its class speak against the trace as for it.
   */
  says(query: number, traceId: string): boolean | undefined {
    const own = this.#places[query]!.class;
    const other = this.#classOf.get(traceId);
    if (own === undefined || other === undefined) return undefined;
    if (own !== other) return false;
    return this.#classes[own]!.support.get(traceId)! > 0 ? true : undefined;
  }

  /** Classes, problems that have one, and problems that nothing they were tried with helps. */
  get counts(): { classes: number; placed: number; alone: number } {
    return {
      classes: this.#classes.length,
      placed: this.#places.filter((place) => place.class !== undefined).length,
      alone: this.#places.filter((place) => place.alone).length,
    };
  }

  #isPlaced(query: number): boolean {
    const place = this.#places[query]!;
    return place.class !== undefined || place.alone === true;
  }

  #asksOf(query: number, scores: Float32Array | undefined): Ask[] {
    const place = this.#places[query]!;
    if (place.trying !== undefined) {
      // The trace that is least certain: its verdict says most about the trace itself.
      const [traceId] = this.#bySupport(this.#untried(query, place.trying));
      if (traceId !== undefined) return [{ query, traceId, reason: 'confirm' }];
      place.refused.add(place.trying);
      delete place.trying;
    }
    const open = this.#classes.flatMap((_, at) => {
      const untried = place.refused.has(at) ? [] : this.#untried(query, at);
      return untried.length === 0
        ? []
        : [{ untried, noes: this.#noes(query, at), rank: this.#rank(query, at, scores) }];
    });
    if (open.length > 0) {
      // Every class once before any is tried again.
      const best = open.reduce((a, b) => (b.noes < a.noes || (b.noes === a.noes && b.rank > a.rank) ? b : a));
      return [{ query, traceId: this.#bySupport(best.untried).at(-1)!, reason: 'fit' }];
    }
    const asks = this.#foundingTraces(query, scores).map((traceId) => ({ query, traceId, reason: 'found' as const }));
    if (asks.length === 0) place.alone = true;
    return asks;
  }

  #rank(query: number, at: number, scores: Float32Array | undefined): number {
    const { problems, support } = this.#classes[at]!;
    if (!scores) return problems.length + support.size;
    const own = [...support.keys()].flatMap((id) => this.#candidates[query]!.get(id) ?? []);
    return own.reduce((sum, c) => sum + scores[c]!, 0) / own.length;
  }

  /** Traces without a class: the best by the retriever, the rest at random; all of them where they are few. */
  #foundingTraces(query: number, scores: Float32Array | undefined): string[] {
    const { rng, foundingTraces } = this.#options;
    const free = [...this.#candidates[query]!].filter(
      ([id]) => !this.#classOf.has(id) && !this.#places[query]!.asked.has(id),
    );
    const ranked = scores ? free.toSorted(([, a], [, b]) => scores[b]! - scores[a]!) : free;
    const guided = scores ? Math.round(GUIDED_SHARE * foundingTraces) : 0;
    const rest = rng.fork(`founder-${query}`).sample(ranked.slice(guided), foundingTraces - guided);
    return [...ranked.slice(0, guided), ...rest].map(([id]) => id);
  }

  /** Traces of a class that the problem may meet and was not tried with. */
  #untried(query: number, at: number): string[] {
    const { asked } = this.#places[query]!;
    return [...this.#classes[at]!.support.keys()].filter((id) => this.#candidates[query]!.has(id) && !asked.has(id));
  }

  #noes(query: number, at: number): number {
    return this.#verdicts(query, at).filter((verdict) => verdict === false).length;
  }

  #verdicts(query: number, at: number): (boolean | undefined)[] {
    return [...this.#classes[at]!.support.keys()].map((id) => this.#places[query]!.asked.get(id));
  }

  /** Traces of one class, the least supported first. */
  #bySupport(traces: readonly string[]): string[] {
    const support = (id: string) => this.#classes[this.#classOf.get(id)!]!.support.get(id)!;
    return traces.toSorted((a, b) => support(a) - support(b));
  }

  /** After a verdict on a trace of class `at`: the problem joins it, is done with it, or is tried once more. */
  #decide(query: number, at: number): void {
    const place = this.#places[query]!;
    const verdicts = this.#verdicts(query, at);
    const yes = verdicts.filter((verdict) => verdict === true).length;
    const no = this.#noes(query, at);
    const more = this.#untried(query, at).length > 0;
    delete place.trying;
    if (yes > no && (yes >= DECISIVE || !more)) this.#join(query, at);
    else if (no >= DECISIVE || !more) place.refused.add(at);
    else if (yes > 0) place.trying = at;
  }

  /** The problem's verdicts count for and against the traces of its class; one that more speak against is free again. */
  #join(query: number, at: number): void {
    const { asked } = this.#places[query]!;
    const { problems, support } = this.#classes[at]!;
    this.#places[query]!.class = at;
    problems.push(query);
    for (const [id, before] of support) {
      const verdict = asked.get(id);
      if (verdict === undefined) continue;
      const after = before + (verdict ? 1 : -1);
      support.set(id, after);
      if (after >= 0) continue;
      support.delete(id);
      this.#classOf.delete(id);
    }
  }

  #found(query: number, traces: readonly string[]): void {
    if (traces.length === 0) {
      this.#places[query]!.alone = true;
      return;
    }
    const at = this.#classes.push({ problems: [], support: new Map(traces.map((id) => [id, 0])) }) - 1;
    for (const id of traces) this.#classOf.set(id, at);
    this.#join(query, at);
  }
}
