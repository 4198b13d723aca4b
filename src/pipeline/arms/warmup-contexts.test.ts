import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../config/index.js';
import { Rng } from '../../core/rng.js';
import { shownTraces, TraceGuard, type Problem, type Trace } from '../../data/index.js';
import { warmupSettings } from '../warmup-settings.js';
import {
  amongBest,
  drawnContexts,
  firstShares,
  randomTraces,
  shownBest,
  sourceShares,
  type TraceSource,
} from './warmup-contexts.js';

const problem: Problem = { id: 'p', question: 'p', answer: '1', type: 'a' };
const trace = (id: string, more: Partial<Trace> = {}): Trace => {
  return { id, question: id, trace: id, answer: `x${id}`, type: 'a', ...more };
};
const [a, b, c] = [trace('a'), trace('b'), trace('c')];
const always = () => true;
const config = (...set: string[]) => resolveConfig({ set: ['warmup.steps=5', ...set] });

/** One trace an example. */
const one = (contextShare: number, shares: Record<string, number>, sourceOf: (name: string) => TraceSource) =>
  drawnContexts({ contextShare, mostTraces: 1 }, shares, sourceOf, always);

/** Which traces stand in a thousand prompts, with how many of them. */
function counts(contextOf: ReturnType<typeof drawnContexts>): Record<string, number> {
  const rng = Rng.fromSeed('counts');
  const found: Record<string, number> = {};
  for (let i = 0; i < 1000; i++) {
    const shown = shownTraces(contextOf(problem, rng.fork(i)))
      .map(({ id }) => id)
      .join('');
    found[shown] = (found[shown] ?? 0) + 1;
  }
  return found;
}

describe('shares by source', () => {
  it('are relative, and add up to 1', () => {
    expect(sourceShares(config())).toEqual({ random: 1 });
    expect(sourceShares(config('warmup.traces={random: 0.3, bm25: 0.5}'))).toEqual({ random: 0.375, bm25: 0.625 });
    expect(sourceShares(config('warmup.traces={random: 0, bm25: 2}'))).toEqual({ bm25: 1 });
    expect(sourceShares(config('warmup.traces={bm25: 2}', 'warmup.contextShare=0'))).toEqual({ random: 1 });
  });

  it('of the first warm-up leave out what needs a policy or labels; random where none is left', () => {
    expect(firstShares(config('warmup.traces={bm25: 1, learned: 3}'))).toEqual({ bm25: 1 });
    expect(firstShares(config('warmup.traces={learned: 1}'))).toEqual({ random: 1 });
    const both = 'retrievers.both={kind: rerank, first: bm25, then: learned}';
    expect(firstShares(config(both, 'warmup.traces={both: 1, bm25: 1}'))).toEqual({ bm25: 1 });
    const untrained = 'warmup.traces={late-interaction-untrained: 1}';
    expect(firstShares(config(untrained))).toEqual({ random: 1 });
  });

  it('stand among the settings of a stage only where they differ from those of older run folders', () => {
    const identities = { model: 'm', reward: null, judgePrompt: null, encoders: {} };
    const plain = warmupSettings(config(), identities);
    expect(plain['warmup']).toEqual({ steps: 5, batchSize: 16, learningRate: 2e-5, contextShare: 0.5 });
    expect(warmupSettings(config('warmup.traces={learned: 1}', 'warmup.topTraces=2'), identities)).toEqual(plain);
    expect(warmupSettings(config('warmup.mostTraces=3'), identities)['warmup']).toMatchObject({ mostTraces: 3 });
    expect(warmupSettings(config('warmup.traces={bm25: 5}'), identities)['warmup']).toMatchObject({
      traces: { bm25: 1 },
      topTraces: 4,
    });
  });
});

describe('what prompts show', () => {
  it('is a trace in contextShare of them, by source', () => {
    const sourceOf = (name: string) => () => [name === 'random' ? a : b];
    const found = counts(one(0.8, { random: 0.25, bm25: 0.75 }, sourceOf));
    expect(found['']! / 1000).toBeCloseTo(0.2, 1);
    expect(found['a']! / 1000).toBeCloseTo(0.2, 1);
    expect(found['b']! / 1000).toBeCloseTo(0.6, 1);
    expect(counts(one(0, { random: 1 }, sourceOf))).toEqual({ '': 1000 });
    expect(counts(one(1, { random: 1 }, () => () => []))).toEqual({ '': 1000 });
  });

  it('from a retriever is one of its best few, of those that are not too long', () => {
    const retrieved = new Map([['bm25', new Map([['p', [a, b, c]]])]]);
    const of = (top: number, fits: (p: Problem, t?: Trace) => boolean) =>
      counts(one(1, { bm25: 1 }, (name) => amongBest(name, retrieved, top, fits)));
    expect(Object.keys(of(2, always)).toSorted()).toEqual(['a', 'b']);
    expect(of(2, always)['a']! / 1000).toBeCloseTo(0.5, 1);
    expect(of(1, always)).toEqual({ a: 1000 });
    expect(of(2, (_, t) => t !== a)).toEqual({ b: 1000 });
    expect(of(1, () => false)).toEqual({ '': 1000 });
    expect(() => amongBest('other', retrieved, 1, always)).toThrow('nothing was retrieved');
    const key = (top: number) => shownBest(['bm25'], retrieved, [problem], top)['bm25'];
    expect(key(2)).not.toBe(key(3));
    expect(key(3)).toBe(key(4));
  });

  it('at random is any trace of the type that may teach the problem', () => {
    const corpus = [a, b, trace('other', { type: 'b' }), trace('same', { answer: '1' }), trace('p')];
    const guard = new TraceGuard([problem]);
    const of = (usable: Trace[]) =>
      counts(one(1, { random: 1 }, () => randomTraces({ corpus: usable, guard }, always)));
    expect(Object.keys(of(corpus)).toSorted()).toEqual(['a', 'b']);
    expect(of(corpus.slice(2, 3))).toEqual({ other: 1000 });
    expect(of([trace('u', { split: 'unseen' })])).toEqual({ '': 1000 });
  });

  it('may be several of one source, the best last, as many as fit', () => {
    const retrieved = new Map([['bm25', new Map([['p', [a, b, c]]])]]);
    const of = (mostTraces: number, most = 9) =>
      counts(
        drawnContexts(
          { contextShare: 1, mostTraces },
          { bm25: 1 },
          (name) => amongBest(name, retrieved, 3, always),
          (_, context) => shownTraces(context).length <= most,
        ),
      );
    const found = of(3);
    expect(Object.keys(found).toSorted()).toEqual(['a', 'b', 'ba', 'c', 'ca', 'cb', 'cba']);
    expect(found['cba']! / 1000).toBeCloseTo(1 / 3, 1);
    expect(found['ba']! / 1000).toBeCloseTo(1 / 9, 1);
    expect(Object.keys(of(3, 2)).every((shown) => shown.length <= 2)).toBe(true);
    expect(Object.keys(of(9)).toSorted()).toEqual(Object.keys(found).toSorted());

    const corpus = [a, b, c];
    const source = randomTraces({ corpus, guard: new TraceGuard([problem]) }, always);
    const random = counts(drawnContexts({ contextShare: 1, mostTraces: 2 }, { random: 1 }, () => source, always));
    expect(Object.keys(random).every((shown) => new Set(shown).size === shown.length && shown.length <= 2)).toBe(true);
    expect(Object.keys(random)).toHaveLength(9);
  });
});
