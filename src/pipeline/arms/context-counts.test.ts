import { describe, expect, it } from 'vitest';
import { resolveConfig, type ArmConfig } from '../../config/index.js';
import { shownTraces, TraceGuard, type Problem, type Trace } from '../../data/index.js';
import { warningText } from '../../runs/warnings.js';
import { contextWarnings, countContexts, refuseEmptyContexts } from './context-counts.js';
import type { ContextScope } from './arm-contexts.js';
import type { Retrieved } from '../retrieve/contexts.js';

const problem = (id: string, type?: string): Problem => ({ id, question: id, answer: '1', ...(type && { type }) });
const trace = (id: string, type?: string): Trace => ({
  id,
  question: id,
  trace: id,
  answer: '2',
  ...(type && { type }),
});
const arm = (
  name: string,
  train: ArmConfig['train'],
  test: ArmConfig['test'],
  policyOf: string | null = null,
  contexts: Partial<ArmConfig['contexts']> = {},
) => ({
  name,
  train,
  test,
  policyOf,
  contexts: { ...resolveConfig({}).arms[0]!.contexts, ...contexts },
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

const scope: ContextScope = {
  config: resolveConfig({}),
  data: { train: data.train, corpus: [], guard: new TraceGuard([...data.train, ...data.test]) },
  retrieved,
  // Room for two traces, or a hint of ten letters.
  lengths: {
    fitsContext: (_, context) =>
      context.kind === 'hint' ? context.text.length <= 10 : shownTraces(context).length <= 2,
  },
};
const leftOut = { traces: 0, problems: 0 };

describe('countContexts', () => {
  it('counts the prompts of every side that takes traces; a borrowed policy was counted at its owner', () => {
    const arms = [
      arm('plain', 'none', 'none'),
      arm('random', 'random', 'random'),
      arm('half', 'none', 'bm25', 'plain'),
    ];
    expect(countContexts(arms, data, scope)).toEqual([
      { arm: 'random', set: 'train', context: 'random', prompts: 3, withTrace: 3, otherType: 1, leftOut },
      { arm: 'random', set: 'test', context: 'random', prompts: 1, withTrace: 1, otherType: 0, leftOut },
      { arm: 'half', set: 'test', context: 'bm25', prompts: 1, withTrace: 0, otherType: 0, leftOut },
    ]);
  });

  it('warns with the count, and says where most prompts of an arm have no trace or one of another type', () => {
    const warnings = contextWarnings(
      countContexts([arm('b', 'bm25', 'none'), arm('r', 'random', 'none')], data, scope),
    );
    expect(warnings.map(warningText)).toEqual([
      'warning: arm b: 2 of 3 training prompts have no trace, since bm25 found none that may be shown; most of what this arm measures is that of prompts without a trace',
      'warning: arm r: 1 of 3 training prompts have a random trace of another type, since none of their own may be shown',
    ]);
    expect(contextWarnings(countContexts([arm('r', 'none', 'random')], data, scope))).toEqual([]);
  });

  it('counts traces that prompts are too long for, and says it', () => {
    const hits = [...'abc'].map((id) => trace(`t-${id}`));
    const own: ContextScope = {
      ...scope,
      retrieved: new Map([
        ['bm25', new Map(['a', 'b', 'c', 'x'].map((id) => [id, id === 'x' ? hits.slice(0, 2) : hits]))],
      ]),
    };
    const counts = countContexts([arm('k', 'bm25', 'bm25', null, { traces: 3 })], data, own);
    expect(counts.map((count) => count.leftOut)).toEqual([{ traces: 3, problems: 3 }, leftOut]);
    expect(contextWarnings(counts).map(warningText)).toEqual([
      expect.stringContaining('arm k: 3 traces are left out of 3 of 3 training prompts'),
    ]);
  });

  it('counts problems without a hint by the reason, for each share', () => {
    const train = [
      problem('no'),
      { ...problem('yes'), solution: 'One two. Then more words.', answer: '9' },
      { ...problem('long'), solution: 'One two three four. Then more words.', answer: '9' },
      { ...problem('says'), solution: 'It is 9. Then many more words follow.', answer: '9' },
    ];
    const counts = countContexts(
      [arm('h', 'hint', 'none', null, { hintShares: [0.6, 0.1] })],
      { train, test: [] },
      scope,
    );
    expect(counts).toMatchObject([
      {
        withTrace: 1,
        withoutHint: [
          { share: 0.6, reasons: { 'no-solution': 1, 'too-long': 1, answer: 1 } },
          { share: 0.1, reasons: { 'no-solution': 1, 'too-short': 3 } },
        ],
      },
    ]);
    expect(contextWarnings(counts).map(warningText)[0]).toBe(
      'warning: arm h: 3 of 4 training problems get no hint of 0.6 of their solution: 1 have no solution, 1 would be too long with it, 1 say the answer at once',
    );
    const none = () =>
      refuseEmptyContexts(countContexts([arm('h', 'hint', 'none')], { train: train.slice(0, 1), test: [] }, scope));
    expect(none).toThrowError(expect.objectContaining({ code: 'data', where: 'arms: h.train' }));
  });

  it('refuses an arm without any trace, and no other', () => {
    const refuse = (one: Parameters<typeof countContexts>[0][number]) => () =>
      refuseEmptyContexts(countContexts([one], data, scope));
    expect(refuse(arm('b', 'none', 'bm25'))).toThrowError(
      expect.objectContaining({ code: 'data', where: 'arms: b.test' }),
    );
    expect(refuse(arm('b', 'bm25', 'none'))).not.toThrow();
    expect(refuse(arm('plain', 'none', 'none'))).not.toThrow();
  });
});
