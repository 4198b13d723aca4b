/** What DAPO does about responses that were cut off (arXiv 2503.14476, section 3.4). */
import type { Rollout } from '../types.js';

/** Soft overlong punishment (Eq. 13) of a response of so many tokens: 0 up to max - soft, then linearly down to -1 at max. */
export function overlongPunishment(tokens: number, { max, soft }: { max: number; soft: number }): number {
  const free = max - soft;
  if (soft === 0 || tokens <= free) return 0;
  return Math.max(-1, (free - tokens) / soft);
}

/** Whether a response ended by itself. */
export function endedByItself({ stopReason }: Pick<Rollout, 'stopReason'>): boolean {
  return stopReason === 'stop';
}
