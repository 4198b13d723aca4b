/** One interface for every retriever: learned, BM25, random, oracle, or the user's own. */
import type { Trace } from '../data/types.js';
import type { TextMatch } from './encode/word-matches.js';

/** What a retriever may see of a problem. `type` and `truth` are there for controls (random of the same type, oracle). */
export interface Query {
  id: string;
  question: string;
  /** The policy's own draft of a solution, for retrievers that read it beside the question; never one that it was given. */
  attempt?: string | undefined;
  type?: string;
  truth?: string;
}

/** What may come back, for the queries of a call in their order. Plain data: it can be sent to a worker or a server. */
export interface SearchOptions {
  k: number;
  /** Ids of traces that must not come back for a query (its own, look-alikes, those with its answer). */
  excludeIds_Q?: readonly ReadonlySet<string>[];
  /** Where given, only these may come back. */
  onlyIds_Q?: readonly ReadonlySet<string>[];
}

/** A rule on pairs. */
export type Allowed<Q extends Query = Query> = (query: Q, trace: Trace) => boolean;

export interface Hit {
  trace: Trace;
  score: number;
  /** 1 for the best. */
  rank: number;
}

/** A query and traces that it found. */
export interface Found {
  query: Query;
  traces: readonly Trace[];
}

/** Texts that were longer than a retriever takes, and were cut. */
export interface Truncated {
  queries: number;
  documents: number;
}

export interface TraceRetriever {
  readonly name: string;
  /** So far; retrievers that read texts whole have none. */
  readonly truncated?: Truncated;
  /** Hits of each query, best first, in the order of the queries; ties go to the smaller trace id. */
  search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]>;
  /**
   * The `k` best among the traces that `allowed` lets pass. Only retrievers have it whose hits depend on which others are found, as
   * those that stand on others do; `searchAllowed` serves for all.
   */
  searchAllowed?<Q extends Query>(queries: readonly Q[], k: number, allowed: Allowed<Q>): Promise<Hit[][]>;
  /**
   * One unit vector for each trace that a query found, to tell how alike these are; vectors for two queries may be of two encoders.
   * Retrievers without vectors have none.
   */
  vectorsOf?(found_Q: readonly Found[]): Promise<Float32Array[][]>;
  /** Why each trace has its score, token by token; undefined where a whole text has one vector. Retrievers that compare no tokens have none. */
  matches?(query: Query, traces: readonly Trace[]): Promise<TextMatch[] | undefined>;
  dispose(): Promise<void>;
}
