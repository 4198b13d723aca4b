import { describe, expect, it } from 'vitest';
import { MAX_NUMBER, MIN_DISTINCT_RESULTS, TRIPLES } from './numbers.js';
import { STRATEGIES, work, workedSolution, type Strategy } from './strategies.js';

const strategy = (id: string): Strategy => STRATEGIES.find((s) => s.id === id)!;

describe('strategies', () => {
  it('works a Front and a Back strategy by hand', () => {
    // (9 - 8) * 3 and (8 * 3) + 9
    expect(work(strategy('front-*'), [9, 8, 3])).toEqual({ x: 9, y: 8, middle: 1, z: 3, result: 3 });
    expect(work(strategy('back*+'), [9, 8, 3])).toEqual({ x: 8, y: 3, middle: 24, z: 9, result: 33 });
  });

  it('spells every decision in the solution', () => {
    expect(workedSolution(strategy('back*+'), [9, 8, 3])).toBe(
      String.raw`Back 8 * 3 = 24. Then 24 + 9 = 33. Answer \boxed{33}`,
    );
  });

  it('has eleven strategies, seven in front', () => {
    expect(new Set(STRATEGIES.map((s) => s.id)).size).toBe(11);
    expect(STRATEGIES.filter((s) => s.order === 'Front')).toHaveLength(7);
  });
});

describe('number table', () => {
  it('lets every strategy work on every triple, both steps within 0..99', () => {
    const results = TRIPLES.flatMap((triple) => STRATEGIES.map((s) => work(s, triple)));
    const numbers = results.flatMap(({ middle, result }) => [middle, result]);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(MAX_NUMBER);
    expect(TRIPLES.length).toBeGreaterThanOrEqual(97);
  });

  it('keeps triples on which strategies disagree', () => {
    for (const triple of TRIPLES) {
      const distinct = new Set(STRATEGIES.map((s) => work(s, triple).result)).size;
      expect(distinct).toBeGreaterThanOrEqual(MIN_DISTINCT_RESULTS);
    }
  });

  it('leaves out a triple that some strategy takes below zero', () => {
    // (2 + 3) - 9 < 0
    expect(TRIPLES).not.toContainEqual([9, 2, 3]);
  });
});
