/** Two retrievers, one after the other: a cheap one proposes candidates, a better one puts them in order. */
import { closeAll } from '../../core/closing.js';
import { RaRftError } from '../../core/errors.js';
import type { Trace } from '../../data/types.js';
import { likeness } from '../diversify.js';
import type { TextMatch } from '../encode/word-matches.js';
import type { Found, Hit, Query, SearchOptions, TraceRetriever, Truncated } from '../types.js';

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

  /** A text that both cut counts once. */
  get truncated(): Truncated {
    const counts = [this.first, this.second].map((one) => one.truncated ?? { queries: 0, documents: 0 });
    return {
      queries: Math.max(...counts.map(({ queries }) => queries)),
      documents: Math.max(...counts.map(({ documents }) => documents)),
    };
  }

  async search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    const k = Math.max(this.candidates, options.k);
    const proposed_Q = await this.first.search(queries, { ...options, k });
    const onlyIds_Q = proposed_Q.map((hits) => new Set(hits.map(({ trace }) => trace.id)));
    return this.second.search(queries, { ...options, onlyIds_Q });
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
