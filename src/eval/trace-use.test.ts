import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import type { Problem, Trace } from '../data/index.js';
import { ProblemDraws } from './draws.js';
import type { EvalRecord } from './records.js';
import { traceFacts, traceUse } from './trace-use.js';

const problem = (id: string, truth?: string): Problem => ({
  id,
  question: 'There are 9 and 4.',
  answer: '5',
  ...(truth !== undefined && { truth }),
});
const trace = (id: string, box: string, truth?: string): Trace => ({
  id,
  question: 'Of 70 and 27.',
  trace: `So \\boxed{${box}}`,
  answer: '0',
  ...(truth !== undefined && { truth }),
});

/** A record whose responses have these boxes, each right or wrong or without a verdict. */
function record(problemId: string, traceIds: string[], responses: [box: string, reward: number | null][]): EvalRecord {
  const samples = responses.map(([box, reward]): EvalRecord['samples'][number] => ({
    text: `\\boxed{${box}}`,
    tokens: 5,
    stopReason: 'stop',
    verdict: { outcome: reward === 1 ? 'match' : 'mismatch', rule: 'exact-number' },
    reward,
  }));
  return { key: 'k', problemId, split: 'test', traceIds, promptTokens: 10, samples };
}

const draws = new ProblemDraws(['a', 'b', 'c', 'd', 'e', 'f'], { resamples: 50, rng: Rng.fromSeed(1) });
const means = (use: ReturnType<typeof traceUse>) =>
  use &&
  Object.fromEntries(
    Object.entries(use).map(([name, value]) => [name, typeof value === 'number' ? value : value.mean]),
  );

describe('traceUse', () => {
  const facts = traceFacts(
    ['a', 'b', 'c', 'd'].map((id) => problem(id, 'n0-n1')),
    [trace('minus', '70 - 27', 'n0-n1'), trace('plus', '70 + 27', 'n0+n1')],
  );

  test('tells right from wrong traces, and following from ignoring', () => {
    const records = [
      // A right trace: 2 of 4 responses have its structure; the operands of a difference have an order, a number has none.
      record(
        'a',
        ['minus'],
        [
          ['9 - 4', 1],
          ['9 - 4', 1],
          ['4 - 9', 0],
          ['5', 1],
        ],
      ),
      record(
        'b',
        ['minus'],
        [
          ['9 - 4', 1],
          ['9 - 4', 1],
          ['9 - 4', 1],
          ['9 - 4', 1],
        ],
      ),
      // Wrong ones: half of the responses follow, then all.
      record(
        'c',
        ['plus'],
        [
          ['9 + 4', 0],
          ['4 + 9', 0],
          ['9 - 4', 1],
          ['no', 0],
        ],
      ),
      record(
        'd',
        ['plus'],
        [
          ['9 + 4', 0],
          ['9 + 4', 0],
          ['9 + 4', null],
          ['9 + 4', 0],
        ],
      ),
      // No trace, and another split: not counted.
      record('a', [], [['9 - 4', 1]]),
      { ...record('a', ['plus'], [['9 + 4', 0]]), split: 'unseen' },
    ];
    expect(means(traceUse(records, 'test', facts, draws))).toEqual({
      n: 4,
      right: 2 / 4,
      successWithRight: (3 / 4 + 1) / 2,
      successWithWrong: (1 / 4 + 0) / 2,
      ignoresRight: (2 / 4 + 0) / 2,
      followsWrong: (2 / 4 + 1) / 2,
    });
    expect(means(traceUse(records, 'unseen', facts, draws))).toEqual({
      n: 1,
      right: 0,
      successWithWrong: 0,
      followsWrong: 1,
    });
  });

  test('of several traces one right one is enough, and its structure is the one that counts', () => {
    const records = [
      // The best stands last: right in the first, wrong in the second, unknown in the third.
      record(
        'a',
        ['plus', 'minus'],
        [
          ['9 + 4', 0],
          ['9 - 4', 1],
        ],
      ),
      record('b', ['minus', 'plus'], [['9 + 4', 0]]),
      record('c', ['minus', 'lost'], [['9 - 4', 1]]),
      record('d', ['plus', 'plus'], [['9 + 4', 0]]),
    ];
    expect(means(traceUse(records, 'test', facts, draws))).toEqual({
      n: 4,
      right: 3 / 4,
      successWithRight: (1 / 2 + 0 + 1) / 3,
      successWithWrong: 0,
      successWithBest: 1 / 2,
      successWithOther: 0,
      ignoresRight: (1 / 2 + 1 + 0) / 3,
      followsWrong: 1,
    });
  });

  test('solutions that end in numbers give success alone', () => {
    const numbers = traceFacts([problem('a', 'r'), problem('b', 'r')], [trace('t', '43', 'r'), trace('u', '97', 's')]);
    const records = [
      record(
        'a',
        ['t'],
        [
          ['5', 1],
          ['6', 0],
        ],
      ),
      record('b', ['u'], [['97', 0]]),
    ];
    expect(means(traceUse(records, 'test', numbers, draws))).toEqual({
      n: 2,
      right: 1 / 2,
      successWithRight: 1 / 2,
      successWithWrong: 0,
    });
  });

  test('without truth the structures of the solutions say what is right', () => {
    const solved = { ...problem('a'), solution: '\\boxed{9 - 4}' };
    const some = traceFacts([solved, problem('b')], [trace('minus', '70 - 27'), trace('plus', '70 + 27')]);
    const records = [
      record('a', ['minus'], [['9 - 4', 1]]),
      record('b', ['minus'], [['9 - 4', 1]]),
      record('a', ['gone'], [['9 - 4', 1]]),
    ];
    expect(means(traceUse(records, 'test', some, draws))).toEqual({
      n: 3,
      right: 1,
      successWithRight: 1,
      ignoresRight: 0,
    });
  });

  test('says nothing where nothing is known', () => {
    const records = [record('a', ['t'], [['5', 1]])];
    expect(traceUse(records, 'test', traceFacts([problem('a')], [trace('t', '5')]), draws)).toBeUndefined();
    expect(traceUse([], 'test', facts, draws)).toBeUndefined();
  });

  test('a problem whose samples have no verdict is in no success', () => {
    const use = traceUse([record('a', ['minus'], [['9 - 4', null]])], 'test', facts, draws);
    expect(means(use)).toEqual({ n: 1, right: 1, ignoresRight: 0 });
  });
});
