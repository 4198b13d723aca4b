/**
 * Growing classes of problems and traces that help each other from verdicts on few pairs. Relevance by reasoning is close to
 * an equivalence: where two problems are helped by one trace, what helps the one mostly helps the other. So a new problem is
 * tried with one trace of each class until a class fits, and what is known of the class is then known of it.
 */
import type { Rng } from '../core/rng.js';
import { ClassState, type Answer, type Ask } from './class-state.js';
import type { QueryCandidates } from './pairs.js';

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
  readonly #state: ClassState;
  readonly #order: readonly number[];

  constructor(queries: readonly QueryCandidates[], options: GrowthOptions) {
    this.#queries = queries;
    this.#options = options;
    this.#state = new ClassState(queries);
    this.#order = options.rng.fork('problems').shuffle(queries.map((_, q) => q));
  }

  /**
   * The pairs of the next wave, none of which waits for another's verdict; none at all where nothing is open. Classes are
   * tried in the order of the problem's mean score of their traces (`scores[query][candidate]`), or without scores the largest
   * first. Problems are brought to an end one after the other, so that new classes are found; with `easyFirst` those with the
   * fewest verdicts come first, which places the most where scores are good. When all are placed, each class is tried with
   * traces that have none.
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
    return looking > 0 ? wave : this.#extensions(scores);
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
    if (open.length > 0) {
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
    const own = [...support.keys()].flatMap((id) => this.#state.candidates[query]!.get(id) ?? []);
    return own.reduce((sum, c) => sum + scores[c]!, 0) / own.length;
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

  /** Of every class a problem with traces that have no class, and another one with those that the class is not sure of. */
  #extensions(scores: readonly Float32Array[] | undefined): Ask[] {
    const { classes, candidates, places } = this.#state;
    const asked = (query: number) => places[query]!.asked;
    return classes.flatMap(({ problems, support }) => {
      const unsure = [...support].flatMap(([traceId, balance]) => {
        const query = problems.find((q) => candidates[q]!.has(traceId) && !asked(q).has(traceId));
        return balance > 0 || query === undefined ? [] : [{ query, traceId, reason: 'extend' as const }];
      });
      const [first] = problems.toSorted((a, b) => asked(a).size - asked(b).size);
      const fresh = first === undefined ? [] : this.#withoutClass(first, scores?.[first]);
      return [...unsure, ...fresh.map((traceId) => ({ query: first!, traceId, reason: 'extend' as const }))];
    });
  }
}
