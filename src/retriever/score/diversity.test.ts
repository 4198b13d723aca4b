import { describe, expect, it } from 'vitest';
import type { Trace } from '../../data/types.js';
import { diversify, sharedVectors } from '../diversify.js';
import { Bm25Retriever } from '../lexical/bm25.js';
import { byClass, checkDiversity, mmr, poolOf, unlike } from './diversity.js';
import { matchTokens, meanVector } from './token-match.js';

describe('mmr', () => {
  // Hits 0 and 1 are the same thing, hit 2 is another.
  const likeness = (a: number, b: number) => (a + b === 1 ? 1 : 0);

  it('by hand: at 0.5 a repetition of the best loses to what is new, at 1 it does not', () => {
    // Relevance [1, 0.9, 0]; second pick at 0.5: 0.45 - 0.5 = -0.05 for hit 1, 0 - 0 = 0 for hit 2.
    expect(mmr([10, 9, 0], 3, 0.5, likeness)).toEqual([0, 2, 1]);
    expect(mmr([10, 9, 0], 3, 1, likeness)).toEqual([0, 1, 2]);
    // At 0.6: 0.54 - 0.4 = 0.14 for hit 1.
    expect(mmr([10, 9, 0], 2, 0.6, likeness)).toEqual([0, 1]);
  });

  it('is the same for scores of another size, begins with the best, and keeps the order of equals', () => {
    expect(mmr([-1, -1.1, -2], 3, 0.5, likeness)).toEqual([0, 2, 1]);
    expect(mmr([5, 4, 3], 2, 0, likeness)[0]).toBe(0);
    expect(mmr([2, 2, 2], 3, 0.5, () => 0.3)).toEqual([0, 1, 2]);
    expect(mmr([], 3, 0.5, likeness)).toEqual([]);
    expect(mmr([1], 3, 0.5, likeness)).toEqual([0]);
  });
});

describe('unlike', () => {
  it('leaves out what is too much like a better one, and fills up with the best of these', () => {
    const places = [0, 0.1, 0.5, 0.55, 1];
    const likeness = (a: number, b: number) => 1 - Math.abs(places[a]! - places[b]!);
    expect(unlike(5, 3, 0.8, likeness)).toEqual([0, 2, 4]);
    expect(unlike(5, 4, 0.8, likeness)).toEqual([0, 2, 4, 1]);
    // What is exactly at the limit stays; of two of a pair the better one.
    expect(unlike(5, 3, 0.5, likeness)).toEqual([0, 2, 4]);
    expect(unlike(5, 2, 1, likeness)).toEqual([0, 1]);
    expect(unlike(1, 3, 0, likeness)).toEqual([0]);
  });
});

describe('byClass', () => {
  it('takes one of each class, then fills up; what has no class stands for itself', () => {
    expect(byClass(['a', 'a', 'b', undefined, undefined, 'a'], 4, 1)).toEqual([0, 2, 3, 4]);
    expect(byClass(['a', 'a', 'b'], 3, 1)).toEqual([0, 2, 1]);
    expect(byClass(['a', 'a', 'a', 'b'], 3, 2)).toEqual([0, 1, 3]);
  });
});

describe('options', () => {
  it('that mean nothing are refused', () => {
    const bad = [
      { lambda: NaN },
      { lambda: -1 },
      { by: '' },
      { by: 'type', most: 0 },
      { mostAlike: 2 },
      { lambda: 0.5, mostAlike: 2 },
      { lambda: 0.5, pool: 1.5 },
    ];
    for (const diversity of bad) expect(() => checkDiversity(diversity)).toThrow(/diversity/);
    checkDiversity({ by: 'type' });
    const by = 'type';
    expect([poolOf(5, { by }), poolOf(5, { by, pool: 2 }), poolOf(5, { by, pool: 9 })]).toEqual([50, 5, 9]);
    expect([poolOf(5, { mostAlike: 0.8 }), poolOf(5, { mostAlike: 0.8, pool: 9 })]).toEqual([500, 9]);
  });
});

describe('diversify', () => {
  const trace = (id: string, text: string, type: string): Trace => ({
    id,
    question: '',
    trace: text,
    answer: '',
    type,
  });
  const bm25 = new Bm25Retriever([trace('a', 'x x', 'p'), trace('b', 'x x', 'p'), trace('c', 'x y z', 'q')]);

  it('goes by classes for any retriever, and says where there are no vectors', async () => {
    const queries = [{ id: 'q', question: 'x' }];
    const hits = await bm25.search(queries, { k: 3 });
    const [chosen] = await diversify(bm25, queries, hits, 2, { by: 'type' });
    expect(chosen!.map(({ trace: { id }, rank }) => [id, rank])).toEqual([
      ['a', 1],
      ['c', 2],
    ]);
    await expect((async () => diversify(bm25, queries, hits, 2, { lambda: 0.5 }))()).rejects.toMatchObject({
      where: 'diversity',
    });
  });
});

describe('vectors that all queries share', () => {
  it('are asked for once, some hundreds at a time, and come back in the order of the hits', async () => {
    const traces = Array.from({ length: 1100 }, (_, i): Trace => ({
      id: `t${i}`,
      question: '',
      trace: '',
      answer: '',
    }));
    const asked: number[] = [];
    const vectorsOf = async (some: readonly Trace[]) => {
      asked.push(some.length);
      return some.map(({ id }) => Float32Array.of(Number(id.slice(1))));
    };
    const query = { id: 'q', question: '' };
    const found = [traces, traces.toReversed(), []].map((of) => ({ query, traces: of }));
    const [forward, backward, none] = await sharedVectors(found, vectorsOf);
    expect([forward![7]![0], forward![1099]![0], backward![0]![0], none]).toEqual([7, 1099, 1099, []]);
    expect(asked.reduce((a, b) => a + b)).toBe(1100);
    expect(Math.max(...asked)).toBeLessThan(1000);
  });
});

describe('matches of tokens', () => {
  it('name the nearest token of each, the earlier of equals', () => {
    const query = Float32Array.of(1, 0, 0, 1);
    const document = Float32Array.of(0.6, 0.8, 1, 0, 1, 0);
    expect(matchTokens(query, document, 2)).toEqual([
      { documentToken: 1, similarity: 1 },
      { documentToken: 0, similarity: expect.closeTo(0.8, 6) as number },
    ]);
    expect(matchTokens(query, new Float32Array(0), 2)).toEqual([]);
    expect([...meanVector(Float32Array.of(1, 0, 0, 1), 2)]).toEqual([
      expect.closeTo(Math.SQRT1_2, 6),
      expect.closeTo(Math.SQRT1_2, 6),
    ]);
    expect([...meanVector(new Float32Array(0), 2)]).toEqual([0, 0]);
  });
});
