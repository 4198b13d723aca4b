/** How long to wait before a call is tried again. */
import type { Rng } from '../rng.js';

/** Milliseconds that a Retry-After header asks for: seconds, or a date. Undefined where there is none that makes sense. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

const MAX_BACKOFF_MS = 60_000;

/**
 * Wait before try `attempt` + 1 (from 0): doubling up to `mostMs`, and drawn from its upper half so that callers do not come
 * back at once.
 */
export function backoffMs(attempt: number, baseMs: number, rng: Rng, mostMs: number = MAX_BACKOFF_MS): number {
  const full = Math.min(mostMs, baseMs * 2 ** attempt);
  return full * (0.5 + 0.5 * rng.next());
}
