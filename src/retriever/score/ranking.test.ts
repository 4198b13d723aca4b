import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import { rank, RankedTraces } from './ranking.js';

const trace = (id: string): Trace => ({ id, question: '', trace: '', answer: '' });
const query = { id: 'q', question: '' };
const ids = (traces: Trace[], scores: number[], k: number, exclude?: (id: string) => boolean) => {
  const all = traces.map(({ id }) => id);
  return rank(all, scores, { k, exclude: new Set(all.filter((id) => exclude?.(id))) }, 'query q').map(({ id }) => id);
};

describe('rank', () => {
  it('sorts by score and gives ties to the smaller id, wherever it stands', () => {
    const traces = ['d', 'b', 'c', 'a'].map(trace);
    expect(ids(traces, [1, 2, 2, 1], 4)).toEqual(['b', 'c', 'a', 'd']);
    expect(ids(traces, [1, 2, 2, 1], 3)).toEqual(['b', 'c', 'a']);
    expect(new RankedTraces(traces).rank(query, [1, 5, 2, 3], { k: 2 })).toEqual([
      { trace: traces[1], score: 5, rank: 1 },
      { trace: traces[3], score: 3, rank: 2 },
    ]);
  });

  it('leaves out excluded and never-scored traces and may come back with fewer', () => {
    const traces = ['a', 'b', 'c'].map(trace);
    expect(ids(traces, [3, 2, 1], 2, (id) => id === 'a')).toEqual(['b', 'c']);
    expect(ids(traces, [3, -Infinity, 1], 3)).toEqual(['a', 'c']);
    expect(ids(traces, [3, 2, 1], 2, () => true)).toEqual([]);
    expect(rank(['a', 'b', 'c'], [3, 2, 1], { k: 2, only: new Set(['c', 'x']) }, 'query q')).toEqual([
      { id: 'c', score: 1 },
    ]);
    expect(ids([], [], 2)).toEqual([]);
  });

  it('agrees with a full sort on random scores with many ties', () => {
    const rng = Rng.fromSeed(3);
    const traces = rng.shuffle(Array.from({ length: 200 }, (_, i) => trace(`t${i}`)));
    const scores = traces.map(() => rng.int(20));
    const full = traces
      .map((t, i) => ({ id: t.id, score: scores[i] as number }))
      .filter((x) => !x.id.endsWith('7'))
      .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
    expect(ids(traces, scores, 25, (id) => id.endsWith('7'))).toEqual(full.slice(0, 25).map((x) => x.id));
  });

  it('refuses NaN and a k below one', () => {
    for (const score of [NaN, Infinity]) {
      expect(() => ids([trace('a')], [score], 1)).toThrow(expect.objectContaining({ code: 'not-finite' }));
    }
    expect(() => ids([trace('a')], [1], 0)).toThrow(expect.objectContaining({ code: 'usage', where: 'k' }));
  });
});
