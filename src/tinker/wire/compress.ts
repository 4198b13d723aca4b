/** Compressed requests, for servers that ask for them, where Node can (22.15 and later). Never needed. */
import * as zlib from 'node:zlib';
import type { Written } from './types.js';

const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array };

/** The same request, compressed by zstd where that is possible. */
export function compressed(written: Written): Written {
  if (!zstdCompressSync || typeof written.body === 'string') return written;
  return {
    ...written,
    headers: { ...written.headers, 'content-encoding': 'zstd' },
    body: zstdCompressSync(written.body),
  };
}
