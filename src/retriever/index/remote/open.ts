/** Opens the index of an encoder and a corpus in a database. */
import { hashJson } from '../../../core/hash.js';
import type { IndexKey } from '../store/header.js';
import { LanceIndexTable } from './lancedb.js';
import { NextPlaidTable } from './next-plaid.js';
import { RemoteIndex } from './remote-index.js';
import type { RemoteTable } from './remote-table.js';

/** The database that keeps the vectors. */
export interface IndexServer {
  kind: 'next-plaid' | 'lancedb';
  /** Of NextPlaid the address of the server; of LanceDB a folder, or a bucket (s3://, gs://, az://). */
  url: string;
  apiKey?: string | undefined;
  /** Longest time of a call to NextPlaid. */
  timeoutMs: number;
}

/**
 * The name of an index on a server: it follows from all that must be equal between making an index and using it, so one that was made
 * with another encoder, corpus or setting has another name and is never searched.
 */
export function remoteIndexName(key: IndexKey): string {
  return `ra-rft-${hashJson(key)}`;
}

/** Opens the index of `key` on a server, or makes an empty one. Nothing there is ever deleted but rows of documents that are removed. */
export async function openRemoteIndex({ kind, url, ...server }: IndexServer, key: IndexKey): Promise<RemoteIndex> {
  const name = remoteIndexName(key);
  const table: RemoteTable =
    kind === 'lancedb'
      ? await LanceIndexTable.open(url, name, key.dim)
      : await NextPlaidTable.open({ url, ...server }, name, key.dim);
  try {
    return await RemoteIndex.open(table, { dim: key.dim, scoring: key.spec.scoring });
  } catch (error) {
    await table.close();
    throw error;
  }
}
