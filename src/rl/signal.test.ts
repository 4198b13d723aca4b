import { describe, expect, it } from 'vitest';
import { countSignals, groupsWithSignal, signalOf } from './signal.js';
import type { RolloutGroup } from './types.js';

const right = { reward: 1, right: true };
const wrong = { reward: 0, right: false };
const failed = { reward: undefined, right: false };

describe('signalOf', () => {
  it.each([
    [[right, wrong, wrong], 'mixed'],
    [[right, right], 'all-right'],
    [[wrong, wrong], 'all-wrong'],
    // A failure neither makes a group mixed nor hides that it is.
    [[right, right, failed], 'all-right'],
    [[wrong, failed, wrong], 'all-wrong'],
    [[right, failed, wrong], 'mixed'],
    [[right, failed], 'failed'],
    [[failed, failed], 'failed'],
    [[], 'failed'],
  ] as const)('%j is %s', (responses, signal) => expect(signalOf(responses)).toBe(signal));

  it('takes graded rewards of wrong answers as signal only where they differ', () => {
    expect(
      signalOf([
        { reward: 0.2, right: false },
        { reward: 0.7, right: false },
      ]),
    ).toBe('mixed');
    expect(
      signalOf([
        { reward: 0.2, right: false },
        { reward: 0.2 + 1e-9, right: false },
      ]),
    ).toBe('all-wrong');
  });
});

const group = (id: string, outcomes: ('match' | 'mismatch' | 'error')[]): RolloutGroup => ({
  problem: { id, question: 'q', answer: '1' },
  trace: undefined,
  prompt: new Int32Array([1]),
  policyVersion: 0,
  rollouts_G: outcomes.map((outcome) => ({
    tokens: new Int32Array([1]),
    samplerLogprobs: new Float32Array(1),
    policyLogprobs: new Float32Array(1),
    stopReason: 'stop' as const,
    text: '',
    verdict: { outcome, rule: 'test' },
    reward: outcome === 'error' ? undefined : outcome === 'match' ? 1 : 0,
  })),
});

describe('groups', () => {
  const groups = [
    group('a', ['match', 'mismatch']),
    group('b', ['match', 'match']),
    group('c', ['mismatch', 'match']),
    group('d', ['mismatch', 'mismatch']),
    group('e', ['error', 'match']),
    group('f', ['match', 'mismatch', 'error']),
  ];

  it('counts each kind', () =>
    expect(countSignals(groups)).toEqual({ mixed: 3, 'all-right': 1, 'all-wrong': 1, failed: 1 }));

  it('keeps groups with signal in the order drawn, at most so many', () => {
    expect(groupsWithSignal(groups, 2).map((g) => g.problem.id)).toEqual(['a', 'c']);
    expect(groupsWithSignal(groups, 0).map((g) => g.problem.id)).toEqual(['a', 'c', 'f']);
    expect(groupsWithSignal([], 4)).toEqual([]);
  });
});
