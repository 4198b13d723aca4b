/** What the events of a run say of its stages, its failures and its end. Pure. */
import { armStage } from '../../runs/arm-stage.js';
import { warningsAmong } from '../../runs/index.js';
import type { RunAlert, RunStage } from './overview-schemas.js';

/** A line of events.jsonl, as far as it is read here. */
export interface RunEvent {
  time: string;
  kind: string;
  stage?: string;
  seconds?: number;
  code?: string;
  message?: string;
  where?: string;
  hint?: string;
}

/** Stages in the order of their first attempt, then those of arms that have not begun. `atWork`: whether a process is. */
export function stagesOf(
  events: readonly RunEvent[],
  arms: readonly { name: string; policyOf?: string | null }[],
  atWork: boolean,
): RunStage[] {
  const stages = new Map<string, RunStage>();
  for (const { kind, stage, time, seconds } of events) {
    if (stage === undefined) continue;
    if (kind === 'stage-started') stages.set(stage, { stage, state: 'at work', started: time });
    if (kind === 'stage-finished') {
      const { started } = stages.get(stage) ?? {};
      stages.set(stage, {
        stage,
        state: 'finished',
        ...(started !== undefined && { started }),
        ...(seconds !== undefined && { seconds }),
      });
    }
    if (kind === 'stage-skipped' && stages.get(stage)?.state !== 'finished')
      stages.set(stage, { stage, state: 'finished' });
  }
  const begun = [...stages.values()].map((one): RunStage =>
    one.state === 'at work' && !atWork ? { ...one, state: 'stopped' } : one,
  );
  const toCome = arms.map(armStage).filter((stage) => !stages.has(stage));
  return [...begun, ...toCome.map((stage): RunStage => ({ stage, state: 'to come' }))];
}

/** Whether the stage that began last has not ended, as far as the events say. */
export function hasOpenStage(events: readonly RunEvent[]): boolean {
  const last = events.findLast(({ kind }) => kind === 'stage-started')?.stage;
  return stagesOf(events, [], true).some(({ stage, state }) => stage === last && state === 'at work');
}

/** What a person should look at, the worst first: why it failed or stopped, then all that it warned of. */
export function alertsOf(events: readonly RunEvent[], status: 'running' | 'finished' | 'stopped'): RunAlert[] {
  const warnings = warningsAmong(events).map((warning): RunAlert => ({ kind: 'warning', ...warning }));
  if (status !== 'stopped') return warnings;
  const last = events.at(-1);
  if (last?.kind !== 'failed') {
    const text = 'No process is at work in this run, and it has not come to its end.';
    const hint = 'Resume it: it goes on from its newest checkpoint, and ends with the numbers that it would have had.';
    return [{ kind: 'stopped', code: 'stopped', where: 'run', text, hint }, ...warnings];
  }
  const { code = 'internal', where = 'run', message = 'it failed', hint } = last;
  return [{ kind: 'failed', code, where, text: message, ...(hint !== undefined && { hint }) }, ...warnings];
}
