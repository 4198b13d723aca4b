/** One interface for every retriever: learned, BM25, random, oracle, or the user's own. */
import type { Trace } from '../data/types.js';

/** What a retriever may see of a problem. `type` and `truth` are there for controls (random of the same type, oracle). */
export interface Query {
  id: string;
  question: string;
  type?: string;
  truth?: string;
}

export interface SearchOptions {
  k: number;
  /** Traces that must not come back for this query (its own, look-alikes, those with its answer). */
  exclude?: (query: Query, trace: Trace) => boolean;
}

export interface Hit {
  trace: Trace;
  score: number;
  /** 1 for the best. */
  rank: number;
}

export interface Retriever {
  readonly name: string;
  /** Hits of each query, best first, in the order of the queries; ties go to the smaller trace id. */
  search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]>;
  dispose(): Promise<void>;
}
