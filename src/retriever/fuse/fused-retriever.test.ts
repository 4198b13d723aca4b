import { describe, expect, it } from 'vitest';
import type { Trace } from '../../data/types.js';
import { Bm25Retriever } from '../lexical/bm25.js';
import type { SearchOptions, TraceRetriever } from '../types.js';
import { FusedRetriever } from './fused-retriever.js';

const traces = new Map(
  ['a', 'b', 'c', 'd'].map((id): [string, Trace] => [id, { id, question: '', trace: `word ${id}`, answer: '' }]),
);

/** One with an order of its own, and the calls that it got. */
function ordered(name: string, order: string, cut = 0) {
  const calls: SearchOptions[] = [];
  let disposed = 0;
  const retriever: TraceRetriever = {
    name,
    truncated: { queries: cut, documents: 2 * cut },
    search: (queries, options) => {
      calls.push(options);
      const allowed = (q: number) => [...order].filter((id) => options.excludeIds_Q?.[q]?.has(id) !== true);
      return Promise.resolve(
        queries.map((_, q) =>
          allowed(q)
            .slice(0, options.k)
            .map((id, i) => ({ trace: traces.get(id)!, score: -i, rank: i + 1 })),
        ),
      );
    },
    dispose: () => Promise.resolve(void disposed++),
  };
  return { retriever, calls, disposed: () => disposed };
}

const query = { id: 'q', question: 'word' };
const options = { rankConstant: 60, candidates: 3 };

describe('a fuse', () => {
  it('scores by hand: weights over the constant and the rank, summed over those that find a trace', async () => {
    const [first, second] = [ordered('first', 'abcd', 1), ordered('second', 'cad', 3)];
    const parts = [
      { retriever: first.retriever, weight: 1 },
      { retriever: second.retriever, weight: 2 },
    ];
    const fused = new FusedRetriever(parts, options);
    const [hits] = await fused.search([query], { k: 4 });
    // Four are asked for, so as many count; b and d are found by one or both.
    expect(hits!.map(({ trace, score, rank }) => [trace.id, score, rank])).toEqual([
      ['c', 1 / 63 + 2 / 61, 1],
      ['a', 1 / 61 + 2 / 62, 2],
      ['d', 1 / 64 + 2 / 63, 3],
      ['b', 1 / 62, 4],
    ]);
    const [two] = await fused.search([query], { k: 2 });
    expect(two!.map(({ trace }) => trace.id)).toEqual(['c', 'a']);
    expect(first.calls.map(({ k }) => k)).toEqual([4, 3]);
    expect(fused.truncated).toEqual({ queries: 3, documents: 6 });
    await fused.dispose();
    expect([first.disposed(), second.disposed()]).toEqual([1, 1]);
  });

  it('gives equal scores to the smaller id, and passes on what may not come back', async () => {
    const parts = ['ba', 'ab'].map((order, i) => ({ retriever: ordered(`r${i}`, order).retriever, weight: 1 }));
    const fused = new FusedRetriever(parts, options);
    const [both, one] = await fused.search([query, { ...query, id: 'other' }], {
      k: 2,
      excludeIds_Q: [new Set(), new Set(['a'])],
    });
    expect(both!.map(({ trace }) => trace.id)).toEqual(['a', 'b']);
    expect(one!.map(({ trace, rank }) => [trace.id, rank])).toEqual([['b', 1]]);
  });

  it('has no hits where no part has any', async () => {
    const fused = new FusedRetriever([{ retriever: ordered('r', '').retriever, weight: 1 }], options);
    expect(await fused.search([query], { k: 2 })).toEqual([[]]);
  });

  it('refuses what makes no score', () => {
    const bm25 = new Bm25Retriever([...traces.values()]);
    const parts = (weight: number) => [{ retriever: bm25, weight }];
    expect(() => new FusedRetriever([], options)).toThrow(/parts is 0/);
    expect(() => new FusedRetriever(parts(0), options)).toThrow(/weight of bm25 is 0/);
    expect(() => new FusedRetriever(parts(NaN), options)).toThrow(/weight of bm25 is NaN/);
    expect(() => new FusedRetriever(parts(1), { ...options, rankConstant: -1 })).toThrow(/rankConstant is -1/);
    expect(() => new FusedRetriever(parts(1), { ...options, candidates: 1.5 })).toThrow(/candidates is 1.5/);
  });
});
