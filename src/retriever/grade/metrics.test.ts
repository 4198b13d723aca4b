import { describe, expect, it } from 'vitest';
import type { Trace } from '../../data/types.js';
import type { Label } from '../../judge/types.js';
import { gradeRanking, mean, relevanceFromLabels, relevanceFromTruth } from './metrics.js';
import type { Hit } from '../types.js';

const trace = (id: string, truth?: string): Trace => ({
  id,
  question: '',
  trace: '',
  answer: '',
  ...(truth === undefined ? {} : { truth }),
});
const traces = [trace('a', 'x'), trace('b', 'y'), trace('c', 'x'), trace('d', 'y'), trace('e')];
const hits = (ids: string): Hit[] =>
  ids.split('').map((id, i) => ({ trace: traces.find((t) => t.id === id) as Trace, score: -i, rank: i + 1 }));
const options = { ks: [1, 2, 3], candidates: () => traces };

describe('gradeRanking', () => {
  it('is what one works out by hand', () => {
    const queries = [
      { id: '1', question: '', truth: 'x' },
      { id: '2', question: '', truth: 'y' },
      { id: '3', question: '', truth: 'x' },
    ];
    const m = gradeRanking(queries, [hits('bac'), hits('dba'), hits('bd')], relevanceFromTruth, options);
    expect(m.recallAt).toEqual({ 1: [0, 1, 0], 2: [1, 1, 0], 3: [1, 1, 0] });
    expect(m.coverageAt).toEqual({ 1: [0, 1, 0], 2: [0.5, 1, 0], 3: [1, 1, 0] });
    expect(m.reciprocalRank).toEqual([1 / 2, 1, 0]);
    expect(mean(m.reciprocalRank)).toBe(0.5);
    const second = 1 / Math.log2(3);
    expect(m.ndcgAt[1]).toEqual([0, 1, 0]);
    expect(m.ndcgAt[2]?.[0]).toBeCloseTo(second / (1 + second), 12);
    expect(m.ndcgAt[3]?.[0]).toBeCloseTo((second + 1 / 2) / (1 + second), 12);
    expect(m.ndcgAt[3]?.slice(1)).toEqual([1, 0]);
  });

  it('uses graded gains in nDCG', () => {
    const gain = (_: unknown, t: Trace) => ({ a: 3, b: 1 })[t.id] ?? 0;
    const m = gradeRanking([{ id: '1', question: '' }], [hits('ba')], gain, options);
    expect(m.ndcgAt[2]?.[0]).toBeCloseTo((1 + 3 / Math.log2(3)) / (3 + 1 / Math.log2(3)), 12);
  });

  it('keeps queries that nothing could serve apart, and counts an empty result as a miss', () => {
    const queries = [
      { id: '1', question: '', truth: 'nowhere' },
      { id: '2', question: '' },
      { id: '3', question: '', truth: 'x' },
    ];
    const m = gradeRanking(queries, [hits('ab'), hits('ab'), []], relevanceFromTruth, options);
    expect(m.withoutRelevant).toEqual(['1', '2']);
    expect(m.queryIds).toEqual(['3']);
    expect(m.recallAt[1]).toEqual([0]);
    expect(mean([])).toBeUndefined();
  });

  it('counts only the candidates that the search allowed', () => {
    const query = { id: '1', question: '', truth: 'x' };
    const one = gradeRanking([query], [hits('bc')], relevanceFromTruth, { ks: [2], candidates: () => traces.slice(1) });
    expect(one.coverageAt[2]).toEqual([1]);
  });

  it('says where the first hit is unknown', () => {
    const m = gradeRanking([{ id: '1', question: '', truth: 'x' }], [hits('ea')], relevanceFromTruth, options);
    expect([m.unknownAt1, m.recallAt[1], m.recallAt[2]]).toEqual([[1], [0], [1]]);
  });
});

describe('relevanceFromLabels', () => {
  it('keeps failed and missing judgements unknown', () => {
    const base = { problemId: '1', judge: 'test', key: 'k' };
    const labels: Label[] = [
      { ...base, traceId: 'a', relevant: true, score: 2 },
      { ...base, traceId: 'b', relevant: false },
      { ...base, traceId: 'c', failed: 'too long' },
    ];
    const relevance = relevanceFromLabels(labels);
    const q = (id: string) => ({ id, question: '' });
    expect(traces.map((t) => relevance(q('1'), t))).toEqual([1, 0, undefined, undefined, undefined]);
    expect(relevance(q('2'), traces[0] as Trace)).toBeUndefined();
  });
});
