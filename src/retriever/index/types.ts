/** The role of an index: it keeps the vectors of documents and finds the best for vectors of queries. */
import type { TokenVectors } from '../encode/token-vectors.js';

/** A document by its id, and its score. */
export interface Scored {
  id: string;
  score: number;
}

/** What may come back, for the queries of a call in their order; see `SearchOptions` of retrievers. */
export interface IndexSearch {
  k: number;
  excludeIds_Q?: readonly ReadonlySet<string>[];
  onlyIds_Q?: readonly ReadonlySet<string>[];
}

export interface TokenIndex {
  /** Documents of each query, best first; ties go to the smaller id. Never an id twice, never one that is not in the index. */
  search(queries: TokenVectors, options: IndexSearch): Promise<Scored[][]>;
  dispose(): Promise<void>;
}
