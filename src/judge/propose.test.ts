import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import type { Trace } from '../data/index.js';
import { decideLabels, type Measured } from './decide.js';
import { proposeCandidates } from './propose.js';

const trace = (id: string): Trace => ({ id, question: id, trace: id, answer: '0' });
const traces = Array.from({ length: 12 }, (_, i) => trace(`t${String(i).padStart(2, '0')}`));
const ids = (some: readonly Trace[]) => some.map(({ id }) => id);

describe('proposeCandidates', () => {
  const scores = traces.map((_, i) => (i === 3 ? 9 : i % 5));
  const rng = () => Rng.fromSeed(2);

  it('takes the best that were not measured, and a slice at random beside them', () => {
    const measured = new Set(['t04', 't00']);
    const { proposed, random } = proposeCandidates(traces, measured, scores, { proposals: 3, random: 2, rng: rng() });
    const open = traces.filter(({ id }) => !measured.has(id) && !ids(random).includes(id));
    const best = open
      .map(({ id }) => ({ id, score: scores[Number(id.slice(1))]! }))
      .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
    expect(ids(proposed)).toEqual(
      best
        .slice(0, 3)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(random).toHaveLength(2);
    expect([...proposed, ...random].filter(({ id }) => measured.has(id))).toEqual([]);
  });

  it('draws the random slice whatever the scores, and proposes nothing without them', () => {
    const options = { proposals: 3, random: 4, rng: rng() };
    const flat = proposeCandidates(
      traces,
      new Set(),
      traces.map(() => 0),
      options,
    );
    const none = proposeCandidates(traces, new Set(), undefined, { ...options, rng: rng() });
    expect(none.random).toEqual(flat.random);
    expect(none.proposed).toEqual([]);
  });

  it('takes all where few are left', () => {
    const measured = new Set(ids(traces.slice(2)));
    const { proposed, random } = proposeCandidates(traces, measured, scores, { proposals: 3, random: 1, rng: rng() });
    expect(ids([...proposed, ...random]).toSorted()).toEqual(['t00', 't01']);
  });
});

describe('labels of proposed candidates', () => {
  const problem = (id: string) => ({ id, question: id, answer: '1', solution: 'S' });
  const scores = (values: Record<string, number>): Measured[] =>
    Object.entries(values).map(([traceId, value]) => ({ key: traceId, traceId, value }));
  const of = (id: string, values: Record<string, number>, ...proposed: string[]) => ({
    query: { problem: problem(id), candidates: Object.keys(values).map(trace), proposed: new Set(proposed) },
    scores: scores(values),
  });
  const gains = (labels: ReturnType<typeof decideLabels>) =>
    Object.fromEntries(labels.map((label) => [`${label.problemId}${label.traceId}`, 'score' in label && label.score]));
  const options = { measure: 'solution' as const, topPositives: 2, minGain: 0 };

  it('are compared with the mean over the others, by hand: 4 and 6 have the mean 5', () => {
    const labels = decideLabels([of('p', { a: 4, b: 6, c: 9, d: 8 }, 'c', 'd')], { ...options, baseline: 'query' });
    expect(gains(labels)).toEqual({ pa: -1, pb: 1, pc: 4, pd: 3 });
    expect(labels.flatMap((label) => ('relevant' in label && label.relevant ? [label.traceId] : []))).toEqual([
      'c',
      'd',
    ]);
  });

  it('say nothing of what a trace does for queries on average', () => {
    // c was proposed to p and drawn for q, where it gains -2: its merit for p is -2 / (1 + 4).
    const scored = [of('p', { a: 4, b: 6, c: 9 }, 'c'), of('q', { a: 3, b: 3, c: 0 })];
    const found = gains(decideLabels(scored, { ...options, baseline: 'query-and-trace' }));
    expect(found['pc']).toBeCloseTo(4 + 2 / 5, 6);
    expect(found['qc']).toBeCloseTo(-2, 6);
  });
});
