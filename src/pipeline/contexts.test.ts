import { describe, expect, it } from 'vitest';
import type { Trace } from '../data/index.js';
import { hitsOf, neededContexts, type Retrieved } from './contexts.js';

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
    ] as const;
    expect([...neededContexts(arms)]).toEqual([
      ['learned', new Set(['test'])],
      ['random', new Set(['train', 'test'])],
    ]);
    expect(neededContexts([{ train: 'none', test: 'none' }]).size).toBe(0);
  });
});
