/** Whether a run is at work, has come to its end, or stopped before it. Pure. */
import type { LockOwner } from '../../core/run-lock.js';
import type { KeptSummary } from '../../report/index.js';
import type { RunLine } from './schemas.js';
import { hasOpenStage, type RunEvent } from './run-stages.js';

export function statusOf({
  owner,
  summary,
  events,
  arms,
}: {
  owner: LockOwner | undefined;
  summary: KeptSummary | undefined;
  events: readonly RunEvent[];
  arms: readonly { name: string }[];
}): RunLine['status'] {
  if (owner) return 'running';
  const told = summary?.unfinished === undefined ? (summary?.arms ?? []).map(({ name }) => name) : [];
  const whole = arms.length > 0 && arms.every(({ name }) => told.includes(name));
  return whole && !hasOpenStage(events) ? 'finished' : 'stopped';
}
