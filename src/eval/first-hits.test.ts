import { describe, expect, it } from 'vitest';
import type { Problem, Trace } from '../data/index.js';
import { firstHitsOf } from './first-hits.js';

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

  it('counts no problem that may not be shown what would be right', () => {
    const found = firstHitsOf(
      [problem('a', 'x'), problem('b', 'x')],
      [trace('t1', 'x')],
      new Map([
        ['a', 't1'],
        ['b', undefined],
      ]),
      ({ id }) => id === 'a',
    );
    expect([...found.get('test')!]).toEqual([['a', 1]]);
  });
});
