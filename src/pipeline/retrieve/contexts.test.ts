import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../config/index.js';
import type { Trace } from '../../data/index.js';
import { hitsOf, neededContexts, neededEncoders, trainedEncoders, type Retrieved } from './contexts.js';

const trace = (id: string): Trace => ({ id, question: id, trace: id, answer: '1' });
const problem = (id: string) => ({ id, question: 'q', answer: '2' });
const retrieved: Retrieved = new Map([
  [
    'bm25',
    new Map([
      ['p', [trace('first'), trace('second')]],
      ['none', []],
    ]),
  ],
]);

describe('hitsOf', () => {
  it('gives the traces of a problem, best first, and none without a hit', () => {
    expect(hitsOf('bm25', retrieved)(problem('p'))).toEqual([trace('first'), trace('second')]);
    expect(hitsOf('bm25', retrieved)(problem('none'))).toEqual([]);
  });

  it('refuses a retriever or a problem that was never searched: no silent plain arm', () => {
    expect(() => hitsOf('learned', retrieved)).toThrowError(expect.objectContaining({ code: 'internal' }));
    expect(() => hitsOf('bm25', retrieved)(problem('other'))).toThrowError(
      expect.objectContaining({ code: 'internal' }),
    );
  });
});

describe('neededContexts', () => {
  it('names each retriever once with the sides that need it, in a fixed order', () => {
    const arms = [
      { train: 'random', test: 'none' },
      { train: 'none', test: 'learned' },
      { train: 'random', test: 'random' },
    ];
    const { retrievers, warmup } = resolveConfig();
    expect([...neededContexts({ arms, retrievers, warmup })]).toEqual([
      ['learned', new Set(['test'])],
      ['random', new Set(['train', 'test'])],
    ]);
    expect(neededContexts({ arms: [{ train: 'none', test: 'none' }], retrievers, warmup }).size).toBe(0);
  });
});

describe('encoders of a run', () => {
  const encoders = (test: string, until: string, set: string[] = []) => {
    const config = { ...resolveConfig({ set }), arms: [{ train: 'none', test }] };
    return [neededEncoders(config), trainedEncoders(config, until)];
  };

  it('are those that arms use; only those that learn from labels need any', () => {
    expect(encoders('learned', 'eval')).toEqual([['learned'], ['learned']]);
    expect(encoders('single-vector-untrained', 'eval')).toEqual([['single-vector-untrained'], []]);
    expect(encoders('bm25', 'eval')).toEqual([[], []]);
    const mine = 'retrievers.mine={kind: encoder, head: single-vector}';
    expect(encoders('mine', 'eval', [mine])).toEqual([['mine'], ['mine']]);
  });

  it('are the first of the map where retrievers are all that is wanted and no arm uses any', () => {
    expect(encoders('bm25', 'retriever')).toEqual([[], ['learned']]);
    expect(encoders('single-vector', 'retriever')).toEqual([['single-vector'], ['single-vector']]);
    expect(encoders('single-vector-untrained', 'retriever')).toEqual([['single-vector-untrained'], []]);
    expect(encoders('none', 'retriever', ['retrievers.learned.trained=false'])).toEqual([[], ['single-vector']]);
  });
});
