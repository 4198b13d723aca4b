/** The role of an index: it keeps the vectors of documents and finds the best for vectors of queries. */
import type { TokenVectors } from '../encode/token-vectors.js';

/** What is known of a document beside its vectors; filters ask for it. Plain JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** Plain JSON, so that it can be sent to a worker or a server. */
export type Filter = Readonly<Record<string, unknown>>;

/** A document as an index takes it. */
export interface IndexDocument {
  id: string;
  /** One sequence of vectors a chunk, so one for most documents. The score of a document is that of its best chunk. */
  chunks: TokenVectors;
  fields?: Fields;
}

/** A document by its id, and its score. */
export interface Scored {
  id: string;
  score: number;
}

/** What may come back, for the queries of a call in their order; see `SearchOptions` of retrievers. All of it holds before ranking. */
export interface IndexSearch {
  k: number;
  excludeIds_Q?: readonly ReadonlySet<string>[];
  onlyIds_Q?: readonly ReadonlySet<string>[];
  /** What fields of a document must be like, the same for all queries of the call. */
  filter?: Filter;
}

export interface TokenIndex {
  /** Documents that can be found. */
  readonly size: number;
  /** Whether a document of this id is there. */
  has(id: string): boolean;
  /** Adds all of the documents or none. Throws `data` where an id is there already or comes twice, or where vectors are of another size. */
  add(documents: readonly IndexDocument[]): Promise<void>;
  /** Removes documents; ids that are not there are passed over. Resolves to the number of those that were. */
  remove(ids: readonly string[]): Promise<number>;
  /** Documents of each query, best first; ties go to the smaller id. Never an id twice, never one that is not in the index. */
  search(queries: TokenVectors, options: IndexSearch): Promise<Scored[][]>;
  dispose(): Promise<void>;
}

/** An index that gives back the vectors that it has. */
export interface VectorIndex extends TokenIndex {
  /** Of each document in the order of the ids; without chunks where one is not there. */
  vectorsOf(ids: readonly string[]): Promise<TokenVectors[]>;
}
