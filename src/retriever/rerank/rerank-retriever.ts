/** Two retrievers, one after the other: a cheap one proposes candidates, a better one puts them in order. */
import { closeAll } from '../../core/closing.js';
import { RaRftError } from '../../core/errors.js';
import type { Trace } from '../../data/types.js';
import { likeness } from '../diversify.js';
import { mostTruncated } from '../truncated.js';
import type { TextMatch } from '../encode/word-matches.js';
import { searchAllowed } from '../search-allowed.js';
import type { Allowed, Found, Hit, Query, SearchOptions, TraceRetriever, Truncated } from '../types.js';

export interface RerankOptions {
  /** Traces that the first one proposes; never fewer than are asked for. */
  candidates: number;
}

/** Hits carry the scores of the second; both are disposed of with it. */
export class RerankRetriever implements TraceRetriever {
  readonly name = 'rerank';
  private readonly first: TraceRetriever;
  private readonly second: TraceRetriever;
  private readonly candidates: number;

  constructor(first: TraceRetriever, second: TraceRetriever, { candidates }: RerankOptions) {
    if (!Number.isInteger(candidates) || candidates < 1) {
      throw new RaRftError({
        code: 'usage',
        message: `candidates is ${candidates}`,
        where: 'candidates',
        expected: 'an integer from 1',
      });
    }
    this.first = first;
    this.second = second;
    this.candidates = candidates;
  }

  get truncated(): Truncated {
    return mostTruncated([this.first, this.second]);
  }

  async search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    const k = Math.max(this.candidates, options.k);
    return this.order(queries, await this.first.search(queries, { ...options, k }), options.k);
  }

  /** No candidate is one that may not come back. */
  async searchAllowed<Q extends Query>(queries: readonly Q[], k: number, allowed: Allowed<Q>): Promise<Hit[][]> {
    const proposed_Q = await searchAllowed(this.first, queries, Math.max(this.candidates, k), allowed);
    return this.order(queries, proposed_Q, k);
  }

  private order(queries: readonly Query[], proposed_Q: readonly Hit[][], k: number): Promise<Hit[][]> {
    const onlyIds_Q = proposed_Q.map((hits) => new Set(hits.map(({ trace }) => trace.id)));
    return this.second.search(queries, { k, onlyIds_Q });
  }

  async vectorsOf(found_Q: readonly Found[]): Promise<Float32Array[][]> {
    return likeness(this.second, found_Q);
  }

  /** Scores are those of the second. */
  async matches(query: Query, traces: readonly Trace[]): Promise<TextMatch[] | undefined> {
    return this.second.matches?.(query, traces);
  }

  dispose(): Promise<void> {
    return closeAll([this.first, this.second]);
  }
}
