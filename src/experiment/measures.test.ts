import { describe, expect, it } from 'vitest';
import type { Problem, Trace } from '../data/index.js';
import type { EvalRecord, EvalSample } from '../eval/index.js';
import { averagesOf, firstHitsOf } from './measures.js';

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

describe('firstHitsOf', () => {
  const problem = (id: string, truth: string | undefined, split?: string) =>
    ({ id, question: id, answer: '1', ...(truth && { truth }), ...(split && { split }) }) as Problem;
  const trace = (id: string, truth: string) => ({ id, truth }) as Trace;

  it('is 1 where the first trace has the truth; problems without such a trace, truth or search do not count', () => {
    const test = [
      problem('right', 'x', 'seen'),
      problem('wrong', 'x', 'seen'),
      problem('nothing', 'y', 'unseen'),
      problem('no-such-trace', 'z', 'seen'),
      problem('no-truth', undefined, 'seen'),
      problem('not-searched', 'x', 'seen'),
    ];
    const firsts = new Map([
      ['right', 't1'],
      ['wrong', 't2'],
      ['nothing', undefined],
      ['no-such-trace', 't1'],
      ['no-truth', 't1'],
    ]);
    const found = firstHitsOf(test, [trace('t1', 'x'), trace('t2', 'y')], firsts);
    expect([...found.get('seen')!]).toEqual([
      ['right', 1],
      ['wrong', 0],
    ]);
    expect([...found.get('unseen')!]).toEqual([['nothing', 0]]);
  });
});
