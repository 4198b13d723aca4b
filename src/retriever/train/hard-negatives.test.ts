import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import type { Hit } from '../types.js';
import { drawDocuments } from './documents.js';
import { drawHardNegatives, hardNegativesOf } from './hard-negatives.js';
import type { LabelledQuery } from './pairs.js';

const trace = (id: string, question = `question of ${id}`): Trace => ({ id, question, trace: 'steps', answer: '1' });
const [best, other, unknown, near, low, lower] = ['best', 'other', 'unknown', 'near', 'low', 'lower'].map((id) =>
  trace(id),
) as [Trace, Trace, Trace, Trace, Trace, Trace];
const twin = trace('twin', best.question);
const own = trace('own', 'asks');
const labelled: LabelledQuery = {
  query: { id: 'q', question: 'asks' },
  positives: [best, other],
  unknown: new Set(['unknown']),
  judged: [
    { trace: best, relevant: true, gain: 1 },
    { trace: lower, relevant: false, gain: -1 },
  ],
};
const scores: [Trace, number][] = [
  [near, 0.95],
  [best, 0.9],
  [twin, 0.88],
  [own, 0.87],
  [unknown, 0.8],
  [low, 0.7],
  [other, 0.6],
  [lower, 0.5],
];
const hits: Hit[] = scores.map(([of, score], i) => ({ trace: of, score, rank: i + 1 }));
const options = {
  perQuery: 2,
  fromRank: 1,
  toRank: 8,
  margin: 0.1,
  everySteps: 0,
  negatives: 'in-batch' as const,
};

describe('hardNegativesOf', () => {
  const of = (changes: Partial<Parameters<typeof hardNegativesOf>[3]>) =>
    hardNegativesOf(labelled, hits, 0.9, { ...options, ...changes }).map(({ id }) => id);
  it('takes what scores below the best positive by the margin, never what may be good', () => {
    expect(of({})).toEqual(['low', 'lower']);
    expect(of({ margin: 0.2 })).toEqual(['low', 'lower']);
    expect(of({ margin: 0.3 })).toEqual(['lower']);
  });
  it('keeps to the ranks, and to judged ones where told to', () => {
    expect(of({ toRank: 6 })).toEqual(['low']);
    expect(of({ fromRank: 7 })).toEqual(['lower']);
    expect(of({ negatives: 'judged' })).toEqual(['lower']);
  });
});

describe('documents beside the positives', () => {
  const draw = { queries: [labelled], positives: [best] };
  const mined = new Map([['q', [low, lower, near]]]);
  const base = { negatives: 'in-batch' as const, judgedPerQuery: 8, hardPerQuery: 2 };
  const ids = (traces: readonly Trace[]) => traces.map(({ id }) => id).toSorted();

  it('are drawn by the loss, anew at each step', () => {
    const rng = Rng.fromSeed(1);
    expect(drawDocuments(draw, { ...base, loss: 'infonce', hardPerQuery: 0 }, mined, rng)).toEqual([]);
    expect(drawDocuments(draw, { ...base, loss: 'infonce' }, mined, rng)).toHaveLength(2);
    expect(ids(drawDocuments(draw, { ...base, loss: 'kl', hardPerQuery: 0 }, new Map(), rng))).toEqual(['lower']);
    const judged = { ...base, loss: 'infonce' as const, negatives: 'judged' as const };
    expect(ids(drawDocuments(draw, judged, new Map(), rng))).toEqual(['lower']);
    const exclude = (_: unknown, { id }: Trace) => id === 'lower';
    expect(drawDocuments(draw, { ...base, loss: 'kl', exclude }, new Map(), rng)).toEqual([]);
    const steps = Array.from({ length: 20 }, (_, i) => ids(drawHardNegatives([labelled], mined, 1, rng.fork(i)))[0]);
    expect(new Set(steps)).toEqual(new Set(['low', 'lower', 'near']));
  });
});
