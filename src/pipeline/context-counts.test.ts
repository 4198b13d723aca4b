import { describe, expect, it } from 'vitest';
import type { ArmConfig } from '../config/index.js';
import type { Problem, Trace } from '../data/index.js';
import { resolveConfig } from '../config/index.js';
import { warningText } from '../core/warnings.js';
import { contextWarnings, countContexts, refuseEmptyContexts } from './context-counts.js';
import type { Retrieved } from './contexts.js';

const problem = (id: string, type?: string): Problem => ({ id, question: id, answer: '1', ...(type && { type }) });
const trace = (id: string, type?: string): Trace => ({
  id,
  question: id,
  trace: id,
  answer: '2',
  ...(type && { type }),
});
const arm = (name: string, train: ArmConfig['train'], test: ArmConfig['test'], policyOf: string | null = null) => ({
  name,
  train,
  test,
  policyOf,
});
const data = { train: [problem('a', 'sum'), problem('b', 'sum'), problem('c')], test: [problem('x')] };
const retrieved: Retrieved = new Map([
  [
    'random',
    new Map([
      ['a', [trace('t1', 'sum')]],
      ['b', [trace('t2', 'product')]],
      ['c', [trace('t1', 'sum')]],
      ['x', [trace('t1', 'sum')]],
    ]),
  ],
  [
    'bm25',
    new Map<string, Trace[]>([
      ...['a', 'b'].map((id) => [id, []] as [string, Trace[]]),
      ['c', [trace('t1')]],
      ['x', []],
    ]),
  ],
]);

const { retrievers } = resolveConfig();

describe('countContexts', () => {
  it('counts the prompts of every side that takes traces; a borrowed policy was counted at its owner', () => {
    const arms = [
      arm('plain', 'none', 'none'),
      arm('random', 'random', 'random'),
      arm('half', 'none', 'bm25', 'plain'),
    ];
    expect(countContexts({ arms, retrievers }, data, retrieved)).toEqual([
      { arm: 'random', set: 'train', context: 'random', prompts: 3, withTrace: 3, otherType: 1 },
      { arm: 'random', set: 'test', context: 'random', prompts: 1, withTrace: 1, otherType: 0 },
      { arm: 'half', set: 'test', context: 'bm25', prompts: 1, withTrace: 0, otherType: 0 },
    ]);
  });

  it('warns with the count, and says where most prompts of an arm have no trace or one of another type', () => {
    const warnings = contextWarnings(
      countContexts({ arms: [arm('b', 'bm25', 'none'), arm('r', 'random', 'none')], retrievers }, data, retrieved),
    );
    expect(warnings.map(warningText)).toEqual([
      'warning: arm b: 2 of 3 training prompts have no trace, since bm25 found none that may be shown; most of what this arm measures is that of prompts without a trace',
      'warning: arm r: 1 of 3 training prompts have a random trace of another type, since none of their own may be shown',
    ]);
    expect(contextWarnings(countContexts({ arms: [arm('r', 'none', 'random')], retrievers }, data, retrieved))).toEqual(
      [],
    );
  });

  it('refuses an arm without any trace, and no other', () => {
    const refuse = (one: ReturnType<typeof arm>) => () =>
      refuseEmptyContexts(countContexts({ arms: [one], retrievers }, data, retrieved));
    expect(refuse(arm('b', 'none', 'bm25'))).toThrowError(
      expect.objectContaining({ code: 'data', where: 'arms: b.test' }),
    );
    expect(refuse(arm('b', 'bm25', 'none'))).not.toThrow();
    expect(refuse(arm('plain', 'none', 'none'))).not.toThrow();
  });
});
