import { describe, expect, it } from 'vitest';
import { countSignals, signalOf } from './signal.js';
import { comparison } from './testing/comparison.js';

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

describe('groups', () => {
  const groups = [
    comparison([['match', 'mismatch']]),
    comparison([['match', 'match']]),
    comparison([['mismatch', 'match']]),
    comparison([['mismatch', 'mismatch']]),
    comparison([['error', 'match']]),
    comparison([['match', 'mismatch', 'error']]),
  ];

  it('counts each kind', () =>
    expect(countSignals(groups)).toEqual({ mixed: 3, 'all-right': 1, 'all-wrong': 1, failed: 1 }));
});
