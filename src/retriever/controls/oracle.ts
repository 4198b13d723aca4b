/** A trace that shares the query's truth, any of them: right, though not the most useful one. A control for grading and arms. */
import { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import { seededScores, sortById } from './random.js';
import { optionsOf, RankedTraces, type RankOptions } from '../score/ranking.js';
import type { Hit, Query, TraceRetriever, SearchOptions } from '../types.js';

/**
 * Traces with the query's truth in a random order seeded by (seed, query id). A query without truth, or whose truth no
 * allowed trace shares, has no hits: the oracle never guesses.
 */
export class OracleRetriever implements TraceRetriever {
  readonly name = 'oracle';
  private readonly traces: readonly Trace[];
  private readonly ranked: RankedTraces;
  private readonly rng: Rng;

  constructor(traces: readonly Trace[], seed: number) {
    this.traces = sortById(traces);
    this.ranked = new RankedTraces(this.traces);
    this.rng = Rng.fromSeed(seed).fork('oracle-retriever');
  }

  search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    return Promise.resolve(queries.map((query, q) => this.searchOne(query, optionsOf(options, q))));
  }

  private searchOne(query: Query, options: RankOptions): Hit[] {
    if (query.truth === undefined) return [];
    const scores = seededScores(this.rng, query.id, this.traces.length);
    const sameTruth = scores.map((score, i) => ((this.traces[i] as Trace).truth === query.truth ? score : -Infinity));
    return this.ranked.rank(query, sameTruth, options);
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
