/**
 * What verdicts say of classes: which problems and traces belong together. One wrong verdict decides nothing: it takes two to
 * join a class and two to leave it. Works on places in its own memory only; the same verdicts in the same order give the same
 * classes.
 */
import type { QueryCandidates } from './pairs.js';
import type { ChoiceReason } from './types.js';

/** A pair that a verdict is wanted on; `query` is a place in the list of queries. */
export interface Ask {
  query: number;
  traceId: string;
  reason: Exclude<ChoiceReason, 'audit-relevant' | 'audit-rest'>;
}

/** An answered {@link Ask}; the verdict is undefined where the judgement failed. */
export type Answer = Ask & { verdict: boolean | undefined };

/** A class: the problems in it, and for each trace how many of them it helps, less those it does not. */
export interface TraceClass {
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

/** Noes between two classes, less the yeses, from which on their pairs are held to be not relevant. */
const PARTING = 4;

const NONE: ReadonlySet<number> = new Set();

export class ClassState {
  /** Of every query, the places of its candidates. */
  readonly candidates: readonly ReadonlyMap<string, number>[];
  readonly places: readonly Place[];
  readonly classes: TraceClass[] = [];
  readonly classOf = new Map<string, number>();
  /** Classes of which a problem said no to the trace. */
  readonly #refusedBy = new Map<string, Set<number>>();
  /** Verdicts between two classes, the noes less the yeses; made when asked for. */
  #apart: Map<string, number> | undefined;

  constructor(queries: readonly QueryCandidates[]) {
    this.candidates = queries.map(({ candidates }) => new Map(candidates.map(({ id }, c) => [id, c])));
    this.places = queries.map(() => ({ asked: new Map<string, boolean | undefined>(), refused: new Set<number>() }));
  }

  /** Takes in the verdicts of a wave. */
  tell(wave: readonly Answer[]): void {
    this.#apart = undefined;
    const tried = new Map<number, number>();
    const founders = new Map<number, string[]>();
    // Classes as they were when the wave was asked for: a verdict in it may change that of a trace.
    const classes = wave.map(({ traceId }) => this.classOf.get(traceId));
    for (const [i, { query, traceId, reason, verdict }] of wave.entries()) {
      this.places[query]!.asked.set(traceId, verdict);
      if (reason === 'extend') this.#extend(this.places[query]!.class!, traceId, verdict);
      else if (reason !== 'found') tried.set(query, classes[i]!);
      else if (verdict === true) founders.set(query, [...(founders.get(query) ?? []), traceId]);
      else if (!founders.has(query)) founders.set(query, []);
    }
    for (const [query, at] of tried) this.#decide(query, at);
    for (const [query, traces] of founders) this.#found(query, traces);
  }

  /**
   * What the classes say of a pair: relevant within a class, not relevant between two that enough verdicts part. Undefined
   * where problem or trace has no class, where as many problems of its class reject the trace as accept it, and where two
   * classes could be halves of one that errors have split.
   */
  says(query: number, traceId: string): boolean | undefined {
    const own = this.places[query]!.class;
    const other = this.classOf.get(traceId);
    if (own === undefined || other === undefined) return undefined;
    if (own === other) return this.support(traceId) > 0 ? true : undefined;
    this.#apart ??= this.#countApart();
    return (this.#apart.get(between(own, other)) ?? 0) >= PARTING ? false : undefined;
  }

  /** Classes, problems that have one, and problems that nothing they were tried with helps. */
  get counts(): { classes: number; placed: number; alone: number } {
    return {
      classes: this.classes.length,
      placed: this.places.filter((place) => place.class !== undefined).length,
      alone: this.places.filter((place) => place.alone).length,
    };
  }

  isPlaced(query: number): boolean {
    const place = this.places[query]!;
    return place.class !== undefined || place.alone === true;
  }

  /** Traces of a class that the problem may meet and was not tried with, the least supported first. */
  untried(query: number, at: number): string[] {
    const { asked } = this.places[query]!;
    return [...this.classes[at]!.support.keys()]
      .filter((id) => this.candidates[query]!.has(id) && !asked.has(id))
      .toSorted((a, b) => this.support(a) - this.support(b));
  }

  /** How often the problem was told no, or yes, by traces of a class. */
  verdicts(query: number, at: number, verdict: boolean): number {
    const { asked } = this.places[query]!;
    return [...this.classes[at]!.support.keys()].filter((id) => asked.get(id) === verdict).length;
  }

  /** Classes of which a problem was judged with the trace, and not helped by it. */
  refusedBy(traceId: string): ReadonlySet<number> {
    return this.#refusedBy.get(traceId) ?? NONE;
  }

  /** Problems of its class that a trace helps, less those it does not. */
  support(traceId: string): number {
    return this.classes[this.classOf.get(traceId)!]!.support.get(traceId)!;
  }

  /** After a verdict on a trace of class `at`: the problem joins it, is done with it, or is tried once more. */
  #decide(query: number, at: number): void {
    const place = this.places[query]!;
    const [yes, no] = [this.verdicts(query, at, true), this.verdicts(query, at, false)];
    const more = this.untried(query, at).length > 0;
    delete place.trying;
    if (yes > no && (yes >= DECISIVE || !more)) this.#join(query, at);
    else if (no >= DECISIVE || !more) place.refused.add(at);
    else if (yes > 0) place.trying = at;
  }

  #found(query: number, traces: readonly string[]): void {
    if (traces.length === 0) {
      this.places[query]!.alone = true;
      return;
    }
    const at = this.classes.push({ problems: [], support: new Map(traces.map((id) => [id, 0])) }) - 1;
    for (const id of traces) this.classOf.set(id, at);
    this.#join(query, at);
  }

  /** The problem's verdicts count for and against the traces of its class. */
  #join(query: number, at: number): void {
    const place = this.places[query]!;
    const { problems, support } = this.classes[at]!;
    place.class = at;
    problems.push(query);
    for (const id of support.keys()) this.#count(at, id, place.asked.get(id));
    for (const [id, verdict] of place.asked) if (verdict === false) this.#refuse(at, id);
  }

  /** A trace without a class comes in with nothing for or against it; one of the class gains or loses by the verdict. */
  #extend(at: number, traceId: string, verdict: boolean | undefined): void {
    const own = this.classOf.get(traceId);
    if (verdict === false) this.#refuse(at, traceId);
    if (own === at) this.#count(at, traceId, verdict);
    else if (own === undefined && verdict === true) {
      this.classes[at]!.support.set(traceId, 0);
      this.classOf.set(traceId, at);
    }
  }

  /** A verdict for or against a trace of the class. A trace that more problems of its class reject than accept leaves it. */
  #count(at: number, traceId: string, verdict: boolean | undefined): void {
    if (verdict === undefined) return;
    const { support } = this.classes[at]!;
    const balance = support.get(traceId)! + (verdict ? 1 : -1);
    support.set(traceId, balance);
    if (balance >= 0) return;
    support.delete(traceId);
    this.classOf.delete(traceId);
  }

  #refuse(at: number, traceId: string): void {
    this.#refusedBy.set(traceId, (this.#refusedBy.get(traceId) ?? new Set<number>()).add(at));
  }

  #countApart(): Map<string, number> {
    const apart = new Map<string, number>();
    for (const { class: own, asked } of this.places) {
      if (own === undefined) continue;
      for (const [traceId, verdict] of asked) {
        const other = this.classOf.get(traceId);
        if (verdict === undefined || other === undefined || other === own) continue;
        const pair = between(own, other);
        apart.set(pair, (apart.get(pair) ?? 0) + (verdict ? -1 : 1));
      }
    }
    return apart;
  }
}

/** Names two classes in either order. */
function between(a: number, b: number): string {
  return `${Math.min(a, b)}/${Math.max(a, b)}`;
}
