import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import type { Answer } from './class-state.js';
import { ClassGrowth, type GrowthOptions } from './classes.js';
import { classesOf } from './testing/class-world.js';

const options = (more: Partial<GrowthOptions> = {}): GrowthOptions => ({
  width: 1,
  foundingTraces: 100,
  rng: Rng.fromSeed(1),
  ...more,
});

type Says = (query: number, traceId: string) => boolean | undefined;

/** Asks and answers wave by wave until nothing is asked; the waves. */
function grow(growth: ClassGrowth, says: Says, scores?: Float32Array[]): Answer[][] {
  const waves: Answer[][] = [];
  for (let asks = growth.ask(scores); asks.length > 0; asks = growth.ask(scores)) {
    const wave = asks.map((ask) => ({ ...ask, verdict: says(ask.query, ask.traceId) }));
    growth.tell(wave);
    waves.push(wave);
  }
  return waves;
}

describe('classes', () => {
  // Truths of problem i and trace i are i % 3; 9 traces, 30 problems.
  const queries = classesOf({ queries: 30, truths: 3, each: 3 });
  const truth: Says = (query, traceId) => queries[query]!.problem.truth === truthOf(traceId);
  const truthOf = (traceId: string) => queries[0]!.candidates.find(({ id }) => id === traceId)!.truth;

  test('by hand, one problem at a time: founders ask what no class has, others once a class and twice where it fits', () => {
    const growth = new ClassGrowth(queries, options());
    const waves = grow(growth, truth);
    expect(growth.counts).toEqual({ classes: 3, placed: 30, alone: 0 });
    const founded = waves.filter(([first]) => first!.reason === 'found');
    // 9 traces, of which 3 find a class each time.
    expect(founded.map((wave) => wave.length)).toEqual([9, 6, 3]);
    expect(waves.filter((wave) => !founded.includes(wave)).every((wave) => wave.length === 1)).toBe(true);
    const asked = waves.flat();
    for (const [q] of queries.entries()) {
      const own = asked.filter(({ query, reason }) => query === q && reason !== 'found');
      const isFounder = asked.some(({ query, reason }) => query === q && reason === 'found');
      expect(own.filter(({ reason }) => reason === 'confirm')).toHaveLength(isFounder ? 0 : 1);
      // Two other classes, once each or for a founder twice, and two verdicts where it fits.
      expect(own.length).toBeLessThanOrEqual(4);
    }
  });

  test('says of every pair what is true, also of those nobody asked about', () => {
    const growth = new ClassGrowth(queries, options({ width: 8 }));
    const waves = grow(growth, truth);
    expect(waves.flat().length).toBeLessThan((30 * 9) / 2);
    for (const [q, { candidates }] of queries.entries()) {
      for (const { id } of candidates) expect(growth.says(q, id)).toBe(truth(q, id));
    }
  });

  test('scores say which class is tried first: with right ones every problem that finds its class needs two verdicts', () => {
    const scores = queries.map(({ candidates }, q) => Float32Array.from(candidates, ({ id }) => Number(truth(q, id))));
    const growth = new ClassGrowth(queries, options());
    const placed = grow(growth, truth, scores).flat();
    const founders = new Set(placed.flatMap(({ query, reason }) => (reason === 'found' ? query : [])));
    const others = placed.filter(({ query }) => !founders.has(query));
    expect(others).toHaveLength(2 * (30 - founders.size));
    expect(others.every(({ verdict }) => verdict)).toBe(true);
  });

  test('the same answers give the same classes without asking: a selection that goes on', () => {
    const [first, again] = [0, 1].map(() => new ClassGrowth(queries, options({ width: 4 })));
    const waves = grow(first!, truth);
    for (const wave of waves.slice(0, 5)) again!.tell(wave);
    expect(grow(again!, truth)).toEqual(waves.slice(5));
  });

  test('one wrong no does not part a problem from its class, one wrong yes does not put it into another', () => {
    for (const width of [1, 8]) {
      for (const [wrong] of queries.entries()) {
        const growth = new ClassGrowth(queries, options({ width }));
        let erred = false;
        grow(growth, (query, traceId) => {
          const right = truth(query, traceId)!;
          const errs = query === wrong && !erred && growth.counts.classes === 3;
          erred ||= errs;
          return errs ? !right : right;
        });
        const { candidates } = queries[wrong]!;
        const said = candidates.map(({ id }) => growth.says(wrong, id));
        expect(said.every((says, c) => says === undefined || says === truth(wrong, candidates[c]!.id))).toBe(true);
        expect(growth.counts.placed).toBe(30);
      }
    }
  });

  test('a trace that a founder takes in wrongly does not stay in its class', () => {
    const [[first]] = grow(new ClassGrowth(queries, options()), truth) as [[Answer]];
    const founder = first.query;
    const stray = queries[founder]!.candidates.find(({ id }) => !truth(founder, id))!.id;
    const says: Says = (query, traceId) => truth(query, traceId)! || (query === founder && traceId === stray);
    const growth = new ClassGrowth(queries, options());
    growth.tell(growth.ask().map((ask) => ({ ...ask, verdict: says(ask.query, ask.traceId) })));
    expect(growth.says(founder, stray)).toBe(true);
    grow(growth, says);
    const misled = queries.flatMap((_, q) => (growth.says(q, stray) === true && !truth(q, stray) ? [q] : []));
    expect(misled).toEqual([]);
  });

  test('by hand: two classes are held apart by four noes between them, fewer could be errors that split one', () => {
    const growth = new ClassGrowth(classesOf({ queries: 4, truths: 1, each: 4 }), options());
    const answer = (query: number, traceId: string, reason: Answer['reason'], verdict: boolean): Answer => {
      return { query, traceId, reason, verdict };
    };
    growth.tell([answer(0, 't0', 'found', true), answer(0, 't1', 'found', true), answer(0, 't2', 'found', false)]);
    growth.tell([answer(1, 't0', 'fit', false)]);
    growth.tell([answer(1, 't1', 'fit', false)]);
    growth.tell([answer(1, 't2', 'found', true), answer(1, 't3', 'found', true)]);
    expect(growth.counts).toEqual({ classes: 2, placed: 2, alone: 0 });
    // Three noes: problem 0 with t2, problem 1 with t0 and t1.
    expect([growth.says(0, 't3'), growth.says(1, 't3')]).toEqual([undefined, true]);
    for (const traceId of ['t0', 't1']) growth.tell([answer(2, traceId, 'fit', false)]);
    expect(growth.says(0, 't3')).toBeUndefined();
    // Once problem 2 is of the second class its two noes count as well.
    for (const traceId of ['t2', 't3']) growth.tell([answer(2, traceId, 'fit', true)]);
    expect([growth.says(0, 't3'), growth.says(2, 't0')]).toEqual([false, false]);
  });

  test('a failed judgement is no verdict: another trace is asked about', () => {
    const growth = new ClassGrowth(queries, options());
    const failed = new Set<number>();
    const waves = grow(growth, (query, traceId) => {
      if (growth.counts.classes < 3 || failed.has(query)) return truth(query, traceId);
      failed.add(query);
      return undefined;
    });
    expect(failed.size).toBeGreaterThan(20);
    expect(growth.counts).toEqual({ classes: 3, placed: 30, alone: 0 });
    const pairs = waves.flat().map(({ query, traceId }) => `${query}/${traceId}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  test('a problem that nothing helps is alone, and says nothing', () => {
    const growth = new ClassGrowth(queries, options());
    grow(growth, (query, traceId) => query !== 7 && truth(query, traceId)!);
    expect(growth.counts).toEqual({ classes: 3, placed: 29, alone: 1 });
    expect(growth.says(7, 't0')).toBeUndefined();
  });

  test('a founder asks about so many traces at most; with scores three quarters are the best of them', () => {
    expect(new ClassGrowth(queries, options({ foundingTraces: 4 })).ask()).toHaveLength(4);
    const scores = queries.map(({ candidates }) => Float32Array.from(candidates, (_, c) => -c));
    const guided = new ClassGrowth(queries, options({ foundingTraces: 4 })).ask(scores);
    expect(guided.slice(0, 3).map(({ traceId }) => traceId)).toEqual(['t0', 't1', 't2']);
    expect(guided).toHaveLength(4);
  });

  test('traces without a class look for one, and two yeses bring them in', () => {
    const growth = new ClassGrowth(queries, options({ foundingTraces: 6 }));
    const waves = grow(growth, truth).flat();
    expect(waves.some(({ reason }) => reason === 'extend')).toBe(true);
    for (const [q, { candidates }] of queries.entries()) {
      for (const { id } of candidates) expect(growth.says(q, id) ?? truth(q, id)).toBe(truth(q, id));
    }
    const known = queries.map((_, q) => queries[0]!.candidates.filter(({ id }) => growth.says(q, id) === true).length);
    expect(new Set(known)).toEqual(new Set([3]));
    const extended = new Set(waves.flatMap(({ reason, traceId }) => (reason === 'extend' ? traceId : [])));
    for (const traceId of extended) {
      const yes = waves.filter((one) => one.traceId === traceId && one.verdict === true);
      expect(new Set(yes.map(({ query }) => query)).size).toBeGreaterThanOrEqual(2);
    }
  });

  test('two problems with common traces never found in the same wave; with none in common they do', () => {
    const apart = [
      ...classesOf({ queries: 2, truths: 1, each: 2 }),
      ...classesOf({ queries: 2, truths: 1, each: 2, prefix: 'x' }),
    ];
    const wave = new ClassGrowth(apart, options({ width: 4 })).ask();
    expect(new Set(wave.map(({ query }) => query)).size).toBe(2);
    expect(new Set(wave.map(({ traceId }) => traceId)).size).toBe(wave.length);
  });
});
