import { describe, expect, it } from 'vitest';
import { alertsOf, hasOpenStage, stagesOf, type RunEvent } from './run-stages.js';

const at = (kind: string, more: Partial<RunEvent> & Record<string, unknown> = {}): RunEvent => ({
  time: '2026-01-01T00:00:00.000Z',
  kind,
  ...more,
});
const arms = [{ name: 'grpo' }, { name: 'both', policyOf: 'grpo' }];
const states = (events: RunEvent[], atWork: boolean) =>
  Object.fromEntries(stagesOf(events, arms, atWork).map(({ stage, state }) => [stage, state]));

describe('stages', () => {
  const begun = [at('stage-started', { stage: 'data' }), at('stage-finished', { stage: 'data', seconds: 2 })];

  it('are finished, at work, or to come; what is at work without a process has stopped', () => {
    const events = [...begun, at('stage-started', { stage: 'train-grpo' })];
    expect(states(events, true)).toEqual({ data: 'finished', 'train-grpo': 'at work', 'eval-both': 'to come' });
    expect(states(events, false)).toMatchObject({ 'train-grpo': 'stopped' });
    expect(stagesOf(events, arms, true)[0]).toMatchObject({ seconds: 2, started: events[0]?.time });
    expect([hasOpenStage(events), hasOpenStage(begun), hasOpenStage([])]).toEqual([true, false, false]);
  });

  it('that run again are at work again; that are skipped stay finished', () => {
    const again = [...begun, at('stage-started', { stage: 'data' })];
    expect(states(again, true)).toMatchObject({ data: 'at work' });
    expect(states([...begun, at('stage-skipped', { stage: 'data' })], true)).toMatchObject({ data: 'finished' });
    expect(states([at('stage-skipped', { stage: 'labels' })], true)).toMatchObject({ labels: 'finished' });
  });
});

describe('alerts', () => {
  const warning = at('warning', { code: 'all-truncated', where: 'grpo', text: 'every response was cut' });

  it('are the warnings of a run, the newest of a kind', () => {
    const events = [warning, { ...warning, text: 'still' } as RunEvent];
    const alert = { kind: 'warning', code: 'all-truncated', where: 'grpo', text: 'still' };
    for (const status of ['running', 'finished'] as const) expect(alertsOf(events, status)).toEqual([alert]);
  });

  it('say first why it failed and what to do, until it goes on', () => {
    const failed = at('failed', { code: 'engine', message: 'they differ', where: 'rl.maxLogprobGap', hint: 'look' });
    const [first, second] = alertsOf([warning, failed], 'stopped');
    expect(first).toEqual({
      kind: 'failed',
      code: 'engine',
      where: 'rl.maxLogprobGap',
      text: 'they differ',
      hint: 'look',
    });
    expect(second?.kind).toBe('warning');
    expect(alertsOf([failed, at('stage-started', { stage: 'data' })], 'running')).toEqual([]);
    expect(alertsOf([failed, at('stage-started', { stage: 'data' })], 'stopped')[0]?.kind).toBe('stopped');
  });

  it('say that a run was stopped where it did not say why itself', () => {
    expect(alertsOf([], 'stopped')).toMatchObject([
      { kind: 'stopped', hint: expect.stringContaining('Resume') as string },
    ]);
  });
});
