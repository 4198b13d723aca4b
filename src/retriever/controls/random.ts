/** The random control: a trace of the query's coarse type, drawn anew for every query but the same at every search. */
import { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import { optionsOf, RankedTraces, type RankOptions } from '../score/ranking.js';
import type { Hit, Query, TraceRetriever, SearchOptions } from '../types.js';

/**
 * Uniform random scores seeded by (seed, query id). Where the query has a type and an allowed trace of that type
 * exists, only those are drawn (the paper's "random trace of the same type"); else, or without `sameType`, every trace is.
 */
export class RandomRetriever implements TraceRetriever {
  readonly name = 'random';
  private readonly traces: readonly Trace[];
  private readonly ranked: RankedTraces;
  private readonly rng: Rng;
  private readonly sameType: boolean;

  constructor(traces: readonly Trace[], seed: number, { sameType = true }: { sameType?: boolean } = {}) {
    this.sameType = sameType;
    this.traces = sortById(traces);
    this.ranked = new RankedTraces(this.traces);
    this.rng = Rng.fromSeed(seed).fork('random-retriever');
  }

  search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    return Promise.resolve(queries.map((query, q) => this.searchOne(query, optionsOf(options, q))));
  }

  private searchOne(query: Query, options: RankOptions): Hit[] {
    const scores = seededScores(this.rng, query.id, this.traces.length);
    if (this.sameType && query.type !== undefined) {
      const sameType = scores.map((score, i) => ((this.traces[i] as Trace).type === query.type ? score : -Infinity));
      const hits = this.ranked.rank(query, sameType, options);
      if (hits.length > 0) return hits;
    }
    return this.ranked.rank(query, scores, options);
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

/** One uniform number in [0, 1) a trace, from the stream of this query. */
export function seededScores(rng: Rng, queryId: string, count: number): Float64Array {
  const stream = rng.fork(queryId);
  return Float64Array.from({ length: count }, () => stream.next());
}

/** A copy in the order of the ids, so that draws do not depend on the order of the corpus file. */
export function sortById(traces: readonly Trace[]): Trace[] {
  return traces.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
