/** What a server wants of its clients, as far as it says so. */
import type { Connection } from './connection.js';
import { TinkerError } from './errors.js';
import { SDK_VERSION } from './session.js';

export interface ServerConfig {
  /** Of a batch in chunks the first is sent last, because the server begins when the first number arrives. */
  firstChunkLast: boolean;
  /** Protobuf requests may be compressed. */
  compress: boolean;
  /** Most of one chunk; undefined: as this client's limits say. */
  chunkDatums?: number;
  chunkBytes?: number;
}

/** Servers that do not know the question are taken as they come. */
export async function serverConfig(connection: Connection, signal: AbortSignal): Promise<ServerConfig> {
  let said: Record<string, unknown> = {};
  try {
    ({ body: said } = await connection.call(
      { path: '/client/config', body: { sdk_version: SDK_VERSION }, effect: 'none' },
      signal,
    ));
  } catch (error) {
    if (!(error instanceof TinkerError && error.status === 404)) throw error;
  }
  const { parallel_fwdbwd_chunks: parallel, proto_compress_fwdbwd: compress } = said;
  const datums = count(said['fwdbwd_max_chunk_len']);
  const bytes = count(said['fwdbwd_max_chunk_bytes_count']);
  return {
    firstChunkLast: parallel !== false,
    compress: compress === true,
    ...(datums !== undefined && { chunkDatums: datums }),
    ...(bytes !== undefined && { chunkBytes: bytes }),
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 1 ? value : undefined;
}
