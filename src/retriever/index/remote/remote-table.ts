/** What a database has to do to be an index: rows in, rows out, the nearest rows. All that indexes have in common is in remote-index.ts. */
import type { Condition } from './condition.js';
import type { Facts } from './facts.js';

/** A chunk of a document. All chunks of a document are inserted by the same call. */
export interface RemoteRow extends Facts, RowKey {
  /** Tokens times dim numbers. */
  vectors: Float32Array;
  /** The fields as JSON: for people who look into the database. */
  fields: string;
  /** Documents that were cut, of all that this row was added with; 0 at the other rows. */
  cut: number;
}

/** What is known of a row without its vectors. */
export interface RowKey {
  id: string;
  /** Chunks of the document; none of a document without chunks can be stored, so at least 1. */
  chunks: number;
  /** Tokens of the chunk; a row without any is never near to anything. */
  tokens: number;
}

export interface RemoteTable {
  /** Address of the table, for errors. */
  readonly where: string;
  /** Rows of the table, all or those of a condition. */
  rows(of?: Condition): Promise<(RowKey & { cut: number })[]>;
  /** Resolves when the rows can be found. */
  insert(rows: readonly RemoteRow[]): Promise<void>;
  /** Removes all rows of documents. Resolves when none can be found. */
  remove(ids: readonly string[]): Promise<void>;
  /**
   * The `limit` best rows by MaxSim, summed over the query's tokens, best first; fewer only where fewer are there. Rows without tokens
   * never come.
   */
  nearest(query: Float32Array, limit: number, of: Condition | undefined): Promise<{ id: string; score: number }[]>;
  close(): Promise<void>;
}
