/** Content hashes: keys of caches, labels and checkpoints. */
import { createHash } from 'node:crypto';

/** The first 16 hex digits (64 bits) of the text's SHA-256. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Hash of a JSON value, whatever the order of its keys. */
export function hashJson(value: unknown): string {
  return hashText(canonicalJson(value));
}

/** JSON with sorted keys and no undefined members. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}
