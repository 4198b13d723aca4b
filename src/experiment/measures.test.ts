import { describe, expect, it } from 'vitest';
import type { EvalRecord, EvalSample } from '../eval/index.js';
import { averagesOf } from './measures.js';

function record(problemId: string, split: string, rewards: (number | null)[]): EvalRecord {
  const samples = rewards.map((reward): EvalSample => ({
    text: '',
    tokens: 1,
    stopReason: 'stop',
    verdict: {
      outcome: reward === null ? 'error' : reward === 1 ? 'match' : 'mismatch',
      rule: 'test',
    } as EvalSample['verdict'],
    reward,
  }));
  return { key: 'k', problemId, split, traceIds: [], promptTokens: 3, samples };
}

describe('averagesOf', () => {
  it('averages whole problems by split; one with a failed or missing sample has no value', () => {
    const records = [
      record('a', 'seen', [1, 0, 0, 1]),
      record('b', 'seen', [1, null, 1, 1]),
      record('c', 'unseen', [1, 1]),
      { ...record('d', 'unseen', []), failed: 'too long' },
    ];
    const averages = averagesOf(records, 4);
    expect([...averages.get('seen')!]).toEqual([
      ['a', 0.5],
      ['b', undefined],
    ]);
    expect([...averages.get('unseen')!]).toEqual([
      ['c', undefined],
      ['d', undefined],
    ]);
  });
});
