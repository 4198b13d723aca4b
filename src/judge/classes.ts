/**
 * Growing classes of problems and traces that help each other from verdicts on few pairs. Relevance by reasoning is close to
 * an equivalence: where two problems are helped by one trace, what helps the one mostly helps the other. So a new problem is
 * tried with one trace of each class until a class fits, a trace with one problem of each, and what is known of the class is then
 * known of them.
 */
import type { Rng } from '../core/rng.js';
import { ClassState, type Answer, type Ask } from './class-state.js';
import type { QueryCandidates } from './pairs.js';

/** Share of a founder's traces that the retriever chooses; the rest are random, so that its taste hides nothing. */
const GUIDED_SHARE = 0.75;

/** Noes after which a problem founds a class of its own, and a trace is left alone. */
const MOST_NOES = 15;

export interface GrowthOptions {
  /** Problems, and traces, that look for their class at the same time. More make fewer waves with more verdicts each. */
  width: number;
  /** Traces that a problem is tried with to found a class, at most. */
  foundingTraces: number;
  rng: Rng;
}

/** Classes while they grow: {@link ClassGrowth.ask} for a wave of pairs, have them judged, {@link ClassGrowth.tell}. */
export class ClassGrowth {
  readonly #queries: readonly QueryCandidates[];
  readonly #options: GrowthOptions;
  readonly #state: ClassState;
  readonly #order: readonly number[];
  readonly #traces: readonly string[];

  constructor(queries: readonly QueryCandidates[], options: GrowthOptions) {
    this.#queries = queries;
    this.#options = options;
    this.#state = new ClassState(queries);
    this.#order = options.rng.fork('problems').shuffle(queries.map((_, q) => q));
    const traces = new Set(queries.flatMap(({ candidates }) => candidates.map(({ id }) => id)));
    this.#traces = options.rng.fork('traces').shuffle([...traces]);
  }

  /**
   * The pairs of the next wave, none of which waits for another's verdict; none at all where nothing is open. Classes are
   * tried in the order of the sum of the problem's scores of their traces (`scores[query][candidate]`, around 0, so that the
   * sum gathers evidence), or without scores the largest first. Problems are brought to an end one after the other, so that
   * new classes are found; with `easyFirst` those with the fewest verdicts come first, which places the most where scores are
   * good. Beside them traces without a class look for one, those with the fewest noes first.
   */
  ask(scores?: readonly Float32Array[], easyFirst = false): Ask[] {
    const wave: Ask[] = [];
    const founding = new Set<string>();
    let looking = 0;
    for (const query of easyFirst ? this.#easyFirst() : this.#order) {
      if (looking >= this.#options.width) break;
      if (this.#state.isPlaced(query)) continue;
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
    return [...wave, ...this.#traceAsks(founding, scores, looking === 0 ? Infinity : MOST_NOES)];
  }

  /** Takes in the verdicts of a wave. */
  tell(wave: readonly Answer[]): void {
    this.#state.tell(wave);
  }

  /** {@link ClassState.says} */
  says(query: number, traceId: string): boolean | undefined {
    return this.#state.says(query, traceId);
  }

  /** {@link ClassState.counts} */
  get counts(): ClassState['counts'] {
    return this.#state.counts;
  }

  /** Problems by how many verdicts they have; those that seem to fit a class first of all. */
  #easyFirst(): number[] {
    const tries = (query: number) => {
      const { trying, asked } = this.#state.places[query]!;
      return trying === undefined ? asked.size : 0;
    };
    return this.#order.toSorted((a, b) => tries(a) - tries(b));
  }

  #asksOf(query: number, scores: Float32Array | undefined): Ask[] {
    const place = this.#state.places[query]!;
    if (place.trying !== undefined) {
      // The trace that is least certain: its verdict says most about the trace itself.
      const [traceId] = this.#state.untried(query, place.trying);
      if (traceId !== undefined) return [{ query, traceId, reason: 'confirm' }];
      place.refused.add(place.trying);
      delete place.trying;
    }
    const open = this.#state.classes.flatMap((_, at) => {
      const untried = place.refused.has(at) ? [] : this.#state.untried(query, at);
      if (untried.length === 0) return [];
      return [{ untried, noes: this.#state.verdicts(query, at, false), rank: this.#rank(query, at, scores) }];
    });
    const noes = open.reduce((sum, each) => sum + each.noes, place.refused.size * 2);
    if (open.length > 0 && noes < MOST_NOES) {
      // Every class once before any is tried again.
      const best = open.reduce((a, b) => (b.noes < a.noes || (b.noes === a.noes && b.rank > a.rank) ? b : a));
      return [{ query, traceId: best.untried.at(-1)!, reason: 'fit' }];
    }
    const asks = this.#withoutClass(query, scores).map((traceId) => ({ query, traceId, reason: 'found' as const }));
    if (asks.length === 0) place.alone = true;
    return asks;
  }

  #rank(query: number, at: number, scores: Float32Array | undefined): number {
    const { problems, support } = this.#state.classes[at]!;
    if (!scores) return problems.length + support.size;
    return [...support.keys()].reduce(
      (sum, id) => sum + (scores[this.#state.candidates[query]!.get(id) ?? -1] ?? 0),
      0,
    );
  }

  /** Traces without a class that the problem was not tried with: the best by the retriever, the rest at random. */
  #withoutClass(query: number, scores: Float32Array | undefined): string[] {
    const { rng, foundingTraces } = this.#options;
    const { candidates, classOf, places } = this.#state;
    const free = [...candidates[query]!].filter(([id]) => !classOf.has(id) && !places[query]!.asked.has(id));
    const ranked = scores ? free.toSorted(([, a], [, b]) => scores[b]! - scores[a]!) : free;
    const guided = scores ? Math.round(GUIDED_SHARE * foundingTraces) : 0;
    const rest = rng.fork(`founder-${query}`).sample(ranked.slice(guided), foundingTraces - guided);
    return [...ranked.slice(0, guided), ...rest].map(([id]) => id);
  }

  /** Traces that look for their class, each with a problem of the class it is to be tried with; none that founders ask about. */
  #traceAsks(founding: ReadonlySet<string>, scores: readonly Float32Array[] | undefined, mostNoes: number): Ask[] {
    const { classOf } = this.#state;
    const noes = (id: string) => this.#state.refusedBy(id).size;
    const free = this.#traces.filter((id) => !classOf.has(id) && !founding.has(id) && noes(id) < mostNoes);
    const unsure = this.#traces.filter((id) => classOf.has(id) && this.#state.support(id) === 0);
    const asks: Ask[] = [];
    for (const traceId of [...unsure, ...free.toSorted((a, b) => noes(a) - noes(b))]) {
      if (asks.length >= this.#options.width) break;
      const query = this.#problemFor(traceId, scores);
      if (query !== undefined) asks.push({ query, traceId, reason: 'extend' });
    }
    return asks;
  }

  /** A problem to try a trace with: of its class where it has one, else of the best class that has not refused it. */
  #problemFor(traceId: string, scores: readonly Float32Array[] | undefined): number | undefined {
    const { classes, classOf, candidates, places } = this.#state;
    const own = classOf.get(traceId);
    const refused = this.#state.refusedBy(traceId);
    const open = classes.flatMap(({ problems }, at) => {
      if (own === undefined ? refused.has(at) : at !== own) return [];
      const allowed = problems.filter((q) => candidates[q]!.has(traceId));
      const untried = allowed.filter((q) => !places[q]!.asked.has(traceId));
      if (untried.length === 0) return [];
      const score = (q: number) => scores![q]![candidates[q]!.get(traceId)!]!;
      const rank = scores ? allowed.reduce((sum, q) => sum + score(q), 0) : problems.length;
      return [{ query: untried[0]!, rank }];
    });
    return open.length === 0 ? undefined : open.reduce((a, b) => (b.rank > a.rank ? b : a)).query;
  }
}
