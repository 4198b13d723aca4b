/** Several retrievers at once: what more than one of them ranks high comes first, whatever their scores mean. */
import { closeAll } from '../../core/closing.js';
import { RaRftError } from '../../core/errors.js';
import type { Trace } from '../../data/types.js';
import { rank } from '../score/ranking.js';
import { searchAllowed } from '../search-allowed.js';
import { mostTruncated } from '../truncated.js';
import type { Allowed, Hit, Query, SearchOptions, TraceRetriever, Truncated } from '../types.js';

/** One of the retrievers, and how much its ranks count. */
export interface FusedPart {
  retriever: TraceRetriever;
  weight: number;
}

export interface FuseOptions {
  /** How little the best ranks stand out; 60 in the source. */
  rankConstant: number;
  /** Hits of each part that count; never fewer than are asked for. */
  candidates: number;
}

/**
 * Reciprocal rank fusion: the score of a trace is the sum over the parts of weight / (rankConstant + rank), 0 where a part does not
 * find it among its candidates (Cormack, Clarke and Büttcher, SIGIR 2009; weights are an addition). Parts are disposed of with it.
 */
export class FusedRetriever implements TraceRetriever {
  readonly name = 'fuse';
  private readonly parts: readonly FusedPart[];
  private readonly options: FuseOptions;

  /** Throws `usage` where there are no parts, or at a weight, constant or number of candidates that is none. */
  constructor(parts: readonly FusedPart[], options: FuseOptions) {
    refuse('parts', parts.length, parts.length >= 1, 'at least one retriever');
    for (const { weight, retriever } of parts)
      refuse(`weight of ${retriever.name}`, weight, Number.isFinite(weight) && weight > 0, 'a number above 0');
    const { rankConstant, candidates } = options;
    refuse('rankConstant', rankConstant, Number.isFinite(rankConstant) && rankConstant >= 0, 'a number from 0');
    refuse('candidates', candidates, Number.isInteger(candidates) && candidates >= 1, 'an integer from 1');
    this.parts = parts;
    this.options = options;
  }

  get truncated(): Truncated {
    return mostTruncated(this.parts.map(({ retriever }) => retriever));
  }

  async search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    const k = Math.max(this.options.candidates, options.k);
    return this.fuse(queries, options.k, (part) => part.search(queries, { ...options, k }));
  }

  /** What may not come back has no rank. */
  async searchAllowed<Q extends Query>(queries: readonly Q[], k: number, allowed: Allowed<Q>): Promise<Hit[][]> {
    const most = Math.max(this.options.candidates, k);
    return this.fuse(queries, k, (part) => searchAllowed(part, queries, most, allowed));
  }

  private async fuse(
    queries: readonly Query[],
    k: number,
    search: (part: TraceRetriever) => Promise<Hit[][]>,
  ): Promise<Hit[][]> {
    const scores_Q = queries.map(() => new Map<string, number>());
    const traces = new Map<string, Trace>();
    for (const { retriever, weight } of this.parts) {
      for (const [q, hits] of (await search(retriever)).entries()) {
        const scores = scores_Q[q]!;
        for (const { trace, rank: found } of hits) {
          traces.set(trace.id, trace);
          scores.set(trace.id, (scores.get(trace.id) ?? 0) + weight / (this.options.rankConstant + found));
        }
      }
    }
    return scores_Q.map((scores, q) => {
      const best = rank([...scores.keys()], [...scores.values()], { k }, `query ${queries[q]!.id}`);
      return best.map(({ id, score }, i) => ({ trace: traces.get(id)!, score, rank: i + 1 }));
    });
  }

  dispose(): Promise<void> {
    return closeAll(this.parts.map(({ retriever }) => retriever));
  }
}

function refuse(where: string, value: number, isRight: boolean, expected: string): void {
  if (isRight) return;
  throw new RaRftError({ code: 'usage', message: `${where} is ${value}`, where, expected });
}
