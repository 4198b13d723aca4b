import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { noContext, showing, shownTraces, type Context } from '../../data/context.js';
import { TraceGuard } from '../../data/guards.js';
import type { Problem, Trace } from '../../data/types.js';
import { alone, always, composed, drawDemonstrations, hints, shareAt, traceContexts } from './index.js';

const trace = (id: string, more: Partial<Trace> = {}): Trace => ({
  id,
  question: id,
  trace: id,
  answer: `a${id}`,
  ...more,
});
const problem = (id: string, more: Partial<Problem> = {}): Problem => ({
  id,
  question: `q${id}`,
  answer: '7',
  ...more,
});
const ids = (contexts: readonly Context[]) =>
  contexts.map((context) =>
    shownTraces(context)
      .map(({ id }) => id)
      .join(''),
  );
const p = problem('p');
const hits = [...'abcdefg'].map((id) => trace(id));
const everything = () => true;
const at = (step: number, label = 'x') => ({ step, rng: Rng.fromSeed(label) });

describe('traces in a prompt', () => {
  it('shows the best k, the best last', () => {
    expect(ids(traceContexts(p, hits, { traces: 1, spread: 1 }, everything))).toEqual(['a']);
    expect(ids(traceContexts(p, hits, { traces: 3, spread: 1 }, everything))).toEqual(['cba']);
    expect(ids(traceContexts(p, hits.slice(0, 2), { traces: 3, spread: 1 }, everything))).toEqual(['ba']);
  });

  it('spreads them over prompts, so that each has one of the best', () => {
    expect(ids(traceContexts(p, hits, { traces: 1, spread: 3 }, everything))).toEqual(['a', 'b', 'c']);
    expect(ids(traceContexts(p, hits, { traces: 2, spread: 3 }, everything))).toEqual(['da', 'eb', 'fc']);
    expect(ids(traceContexts(p, hits.slice(0, 2), { traces: 1, spread: 3 }, everything))).toEqual(['a', 'b']);
    expect(traceContexts(p, [], { traces: 2, spread: 3 }, everything)).toEqual([]);
  });

  it('leaves whole traces out from the worst where the prompt would be too long, and keeps the best', () => {
    const most = (n: number) => (_: Problem, context: Context) => shownTraces(context).length <= n;
    expect(ids(traceContexts(p, hits, { traces: 4, spread: 1 }, most(2)))).toEqual(['ba']);
    expect(ids(traceContexts(p, hits, { traces: 4, spread: 1 }, most(0)))).toEqual(['a']);
  });
});

describe('a source', () => {
  const source = always(() => [showing(hits[0]), showing(hits[1])]);
  const share = (make: ReturnType<typeof composed>, step: number) => {
    const shown = Array.from({ length: 400 }, (_, i) => make.of(p, at(step, String(i)))[0]!.kind === 'traces');
    return shown.filter(Boolean).length / shown.length;
  };
  const plain = { drop: 0, annealSteps: 0, onlyAfterAllWrong: false };

  it('without settings is itself, and shows none where it has none', () => {
    expect(composed(source, plain)).toBe(source);
    expect(alone.of(p, at(1))).toEqual([noContext]);
    expect(always(() => []).possible(p)).toEqual([noContext]);
  });

  it('drops all contexts of a problem together, by chance, the same for the same stream', () => {
    const made = composed(source, { ...plain, drop: 0.25 });
    expect(share(made, 1)).toBeCloseTo(0.75, 1);
    expect(made.of(p, at(3))).toEqual(made.of(p, at(3)));
    for (let i = 0; i < 20; i++) expect([1, 2]).toContain(made.of(p, at(1, String(i))).length);
    expect(share(composed(source, { ...plain, drop: 1 }), 1)).toBe(0);
    expect(ids(made.possible(p))).toEqual(['', 'a', 'b']);
  });

  it('anneals from always to never over the steps', () => {
    const made = composed(source, { ...plain, annealSteps: 10 });
    expect([1, 6, 11, 50].map((step) => share(made, step))).toEqual([1, expect.closeTo(0.5, 1), 0, 0]);
  });

  it('drops and anneals by streams of their own: both together leave the product', () => {
    expect(share(composed(source, { ...plain, annealSteps: 10, drop: 0.5 }), 6)).toBeCloseTo(0.25, 1);
  });

  it('waits for a first try that is all wrong, and then drops and anneals as ever', () => {
    const made = composed(source, { ...plain, annealSteps: 10, onlyAfterAllWrong: true });
    expect(made.of(p, at(1))).toEqual([noContext]);
    expect(ids(made.rescue!(p, at(1))!)).toEqual(['a', 'b']);
    expect(made.rescue!(p, at(11))).toEqual([]); // nothing more to show: no second try without context
    expect(ids(made.possible(p))).toContain('b');
  });
});

describe('hints', () => {
  const plan = { shares: [0.7, 0.4], steps: 5, fits: everything };
  const solved = problem('s', { solution: 'First. Second. Third. So 7.', answer: '7' });
  const text = (context: Context | undefined) => (context?.kind === 'hint' ? context.text : undefined);

  it('have an equal part of the training for each share', () => {
    expect([1, 2, 3, 4, 5].map((step) => shareAt(step, [0.7, 0.4], 5))).toEqual([0.7, 0.7, 0.7, 0.4, 0.4]);
    expect([1, 2].map((step) => shareAt(step, [0.9, 0.5, 0.1], 2))).toEqual([0.9, 0.5]);
  });

  it('are the beginning of the solution, and none where there is none or no room', () => {
    const source = hints(plan);
    expect(text(source.of(solved, at(1))[0])).toBe('First. Second.');
    expect(text(source.of(solved, at(5))[0])).toBe('First.');
    expect(source.of(problem('x'), at(1))).toEqual([noContext]);
    expect(source.possible(solved).map(text)).toEqual(['First. Second.', 'First.']);
    expect(hints({ ...plan, fits: () => false }).of(solved, at(1))).toEqual([noContext]);
  });
});

describe('demonstrations', () => {
  const train = [problem('1', { answer: 'x' }), problem('2', { answer: 'y' })];
  const corpus = [
    ...[...'abc'].map((id) => trace(id)),
    trace('leak', { answer: 'x' }),
    trace('unseen', { split: 'unseen' }),
    ...train.map(({ id, question }) => trace(id, { question })),
  ];
  const guard = new TraceGuard(train);

  it('are drawn once by seed; those that may teach every problem come first, unseen ones never', () => {
    const drawn = drawDemonstrations({ corpus, train, guard }, 2, Rng.fromSeed(1)).map(({ id }) => id);
    expect(drawn.slice(0, 3).toSorted()).toEqual(['a', 'b', 'c']);
    expect(drawn.slice(3).toSorted()).toEqual(['1', '2', 'leak']);
    const orders = Array.from({ length: 8 }, (_, seed) =>
      drawDemonstrations({ corpus, train, guard }, 2, Rng.fromSeed(seed))
        .map(({ id }) => id)
        .join(),
    );
    expect(new Set(orders).size).toBeGreaterThan(1);
    expect(orders[1]).toBe(drawn.join());
  });
});
