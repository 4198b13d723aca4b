/** How long a run was at a stage before the attempt that ends it, from events.jsonl. Pure. */

/** A line of events.jsonl, as far as it is read here. */
interface StageEvent {
  time: string;
  kind: string;
  stage?: string;
  inputs?: string;
}

/** Events with which an attempt ends or the next begins; all others are signs that the stage under way is at work. */
const edges = [
  'stage-started',
  'stage-finished',
  'stage-skipped',
  'config-changed',
  'may-run-again',
  'failed',
  'stopped',
];

/**
 * Seconds of all attempts at `stage` from these inputs that were stopped or failed, since it last ended or had others. An
 * attempt lasts until it is known to have stopped, or else until its last event.
 */
export function secondsBefore(events: readonly StageEvent[], stage: string, inputs: string): number {
  let spentMs = 0;
  let open: { start: number; last: number } | undefined;
  for (const event of events) {
    const time = Date.parse(event.time);
    if (!edges.includes(event.kind)) {
      if (open) open.last = time;
      continue;
    }
    const ended = event.kind === 'failed' || event.kind === 'stopped';
    // A process may have been heard of last before its last event, or before the stage began.
    if (open) spentMs += Math.max(open.last, ended ? time : 0) - open.start;
    open = undefined;
    if (event.stage !== stage) continue;
    if (event.kind !== 'stage-started' || event.inputs !== inputs) spentMs = 0;
    if (event.kind === 'stage-started' && event.inputs === inputs) open = { start: time, last: time };
  }
  return spentMs / 1000;
}
