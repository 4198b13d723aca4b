import { describe, expect, it } from 'vitest';
import { secondsBefore } from './stage-time.js';

/** An event so many seconds after midnight. */
const at = (seconds: number, kind: string, facts: { stage?: string; inputs?: string } = {}) => ({
  time: new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString(),
  kind,
  ...facts,
});
const started = (seconds: number, stage = 'train', inputs = 'a') => at(seconds, 'stage-started', { stage, inputs });
const finished = (seconds: number, stage = 'train') => at(seconds, 'stage-finished', { stage });

describe('the time at a stage before its last attempt', () => {
  it('is none at the first attempt', () => {
    expect(secondsBefore([], 'train', 'a')).toBe(0);
    expect(secondsBefore([started(0, 'data'), at(1, 'data'), finished(3, 'data')], 'train', 'a')).toBe(0);
  });

  it('lasts until the run is known to have stopped or failed', () => {
    expect(secondsBefore([started(10), at(20, 'step'), at(25, 'stopped')], 'train', 'a')).toBe(15);
    expect(secondsBefore([started(10), at(20, 'step'), at(24, 'failed')], 'train', 'a')).toBe(14);
  });

  it('is never less than its events say, nor less than nothing, where the run was last heard of before', () => {
    expect(secondsBefore([started(10), at(20, 'step'), at(18, 'stopped')], 'train', 'a')).toBe(10);
    expect(secondsBefore([started(10), at(9, 'stopped')], 'train', 'a')).toBe(0);
  });

  it('lasts until the last event of an attempt whose end is not known, and never until the next attempt', () => {
    const killed = [started(10), at(20, 'step'), at(31, 'step')];
    const next = [at(5000, 'stage-skipped', { stage: 'data' }), at(5001, 'step')];
    expect(secondsBefore([...killed, ...next], 'train', 'a')).toBe(21);
    expect(secondsBefore([...killed, at(9000, 'config-changed'), ...next], 'train', 'a')).toBe(21);
  });

  it('is the sum of all attempts from the same inputs', () => {
    const events = [started(0), at(7, 'stopped'), started(100), at(105, 'step'), started(200), at(201, 'failed')];
    expect(secondsBefore(events, 'train', 'a')).toBe(7 + 5 + 1);
  });

  it('forgets what was done from other inputs, or before the stage last ended', () => {
    expect(
      secondsBefore([started(0), at(7, 'stopped'), started(10, 'train', 'b'), at(12, 'stopped')], 'train', 'a'),
    ).toBe(0);
    expect(secondsBefore([started(0), at(7, 'stopped'), started(10), finished(50)], 'train', 'a')).toBe(0);
    expect(secondsBefore([started(0), finished(50), started(60), at(62, 'stopped')], 'train', 'a')).toBe(2);
    expect(
      secondsBefore([started(0), at(9, 'stopped'), at(20, 'stage-skipped', { stage: 'train' })], 'train', 'a'),
    ).toBe(0);
  });
});
