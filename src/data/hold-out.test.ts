import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { asUnseen, holdOut } from './hold-out.js';
import type { Problem } from './types.js';

const problem = (truth: string, i: number): Problem => ({
  id: `${truth}-${i}`,
  question: `${truth} no ${i}`,
  answer: `${i}`,
  truth,
});
/** Ten truths: t0 with one problem, t1 with two and so on. */
const problems = Array.from({ length: 10 }, (_, t) =>
  Array.from({ length: t + 1 }, (_, i) => problem(`t${t}`, i)),
).flat();
const take = (share: number, minProblems: number, { toTest = true, seed = 1, all = problems } = {}) =>
  holdOut(all, { share, minProblems }, { toTest, rng: Rng.fromSeed(seed) });

describe('holdOut', () => {
  const held = take(0.5, 5);

  test('takes a share of the truths with enough problems, half of each for the corpus, half for the test', () => {
    expect(held.truths.size).toBe(3);
    for (const truth of held.truths) {
      const all = problems.filter((p) => p.truth === truth).length;
      expect(all).toBeGreaterThanOrEqual(5);
      const [corpus, tests] = [held.corpus, held.test].map((side) => side.filter((p) => p.truth === truth).length);
      expect(corpus! + tests!).toBe(all);
      expect(Math.abs(corpus! - tests!)).toBeLessThanOrEqual(1);
    }
    expect(held.kept.filter(({ truth }) => held.truths.has(truth!))).toEqual([]);
    expect(held.kept.length + held.corpus.length + held.test.length).toBe(problems.length);
    expect([...held.corpus, ...held.test].every(({ split }) => split === 'unseen')).toBe(true);
    expect(held.kept.some(({ split }) => split !== undefined)).toBe(false);
  });

  test('follows from the seed and the truths, not from the order of the file', () => {
    const again = take(0.5, 5, { all: problems.toReversed() });
    expect([...again.truths].toSorted()).toEqual([...held.truths].toSorted());
    expect(again.test.map(({ id }) => id).toSorted()).toEqual(held.test.map(({ id }) => id).toSorted());
    const others = [2, 3, 4, 5].map((seed) => [...take(0.5, 5, { seed }).truths].toSorted().join());
    expect(new Set(others).size).toBeGreaterThan(1);
  });

  test('equal texts stay on one side, and count once', () => {
    const twice = [
      ...problems,
      ...problems.map((p) => ({ ...p, id: `again-${p.id}`, question: p.question.toUpperCase() })),
    ];
    const { test: tests, corpus, truths } = take(0.5, 5, { all: twice });
    expect(truths).toEqual(held.truths);
    const texts = (side: Problem[]) => new Set(side.map(({ question }) => question.toLowerCase()));
    expect([...texts(tests)].filter((text) => texts(corpus).has(text))).toEqual([]);
  });

  test('all are for the corpus where the tests come from elsewhere', () => {
    const { test: tests, corpus, truths } = take(0.5, 5, { toTest: false });
    expect(tests).toEqual([]);
    expect(corpus).toHaveLength(problems.filter(({ truth }) => truths.has(truth!)).length);
  });

  test('a share of 0 changes nothing, a small one takes one truth', () => {
    expect(take(0, 2)).toEqual({ truths: new Set(), kept: problems, corpus: [], test: [] });
    expect(take(0.01, 2).truths.size).toBe(1);
  });

  test('says why there is none', () => {
    expect(() => take(0.5, 11)).toThrow('none of 10 truths has 11 different problems');
    expect(() => take(0.5, 2, { all: [{ id: 'x', question: 'q', answer: '1' }] })).toThrow('no problem has a truth');
  });
});

test('asUnseen marks those truths alone', () => {
  const items = [{ truth: 'a' }, { truth: 'b', split: 'test' }, {}];
  expect(asUnseen(items, new Set(['b']))).toEqual([{ truth: 'a' }, { truth: 'b', split: 'unseen' }, {}]);
});
