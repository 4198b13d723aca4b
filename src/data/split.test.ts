import { describe, expect, test } from 'vitest';
import { RaRftError } from '../core/errors.js';
import { Rng } from '../core/rng.js';
import { sameAnswer, sameText } from './guards.js';
import { normaliseText } from './normalise.js';
import { partByText, splitByText, tracesOf } from './split.js';
import type { Problem } from './types.js';

const problem = (id: number, question = `question ${id}`): Problem => ({ id: `p${id}`, question, answer: `${id}` });
const shares = { train: 0.6, test: 0.2, corpus: 0.2 };

describe('splitByText', () => {
  // 50 texts, each twice in different spelling.
  const problems = Array.from({ length: 100 }, (_, i) =>
    problem(i, i < 50 ? `Ann has ${i} cats. How many?` : `ann has ${i - 50} cats  how many`),
  );
  const split = splitByText(problems, shares, Rng.fromSeed(1));

  test('keeps equal texts on one side, loses nothing, and meets the shares', () => {
    const sides = Object.values(split).map((side) => new Set(side.map((p) => normaliseText(p.question))));
    expect(sides.map((s) => s.size)).toEqual([30, 10, 10]);
    expect(new Set(sides.flatMap((s) => [...s])).size).toBe(50);
    expect(Object.values(split).flat()).toHaveLength(100);
  });

  test('depends on seed and texts, not on the order of the file', () => {
    const again = splitByText(problems.toReversed(), shares, Rng.fromSeed(1));
    expect(again.test.map((p) => p.id).toSorted()).toEqual(split.test.map((p) => p.id).toSorted());
    const other = splitByText(problems, shares, Rng.fromSeed(2));
    expect(other.test.map((p) => p.id)).not.toEqual(split.test.map((p) => p.id));
  });

  test('shares below one leave the rest out; shares above are refused', () => {
    expect(
      Object.values(splitByText(problems, { train: 0.5, test: 0, corpus: 0 }, Rng.fromSeed(1))).flat(),
    ).toHaveLength(50);
    expect(() => splitByText(problems, { train: 0.9, test: 0.2, corpus: 0 }, Rng.fromSeed(1))).toThrow(RaRftError);
    expect(() => splitByText(problems, { train: NaN, test: 0, corpus: 0 }, Rng.fromSeed(1))).toThrow(RaRftError);
  });

  test('a few more problems move none of the others by more than the shares do', () => {
    const more = [...problems, problem(200, 'a new text'), problem(201, 'another new text')];
    const again = new Set(splitByText(more, shares, Rng.fromSeed(1)).test.map((p) => p.id));
    expect(split.test.filter((p) => again.has(p.id)).length).toBeGreaterThan(0.8 * split.test.length);
  });

  test('partByText finds what two files share', () => {
    const { apart, shared } = partByText(
      [problem(1, 'Two cats?'), problem(2, 'Two dogs?')],
      [{ question: 'two  CATS' }],
    );
    expect([apart, shared].map((side) => side.map((p) => p.id))).toEqual([['p2'], ['p1']]);
  });

  test('tracesOf takes only what is solved', () => {
    expect(tracesOf([problem(1), { ...problem(2), solution: 'S', truth: 'T' }])).toEqual([
      { id: 'p2', question: 'question 2', answer: '2', truth: 'T', trace: 'S' },
    ]);
  });
});

describe('normaliseText', () => {
  test('folds case, punctuation and blanks but keeps numbers and signs apart', () => {
    expect(normaliseText('  Tom’s  1,200 cats—really? ')).toBe(normaliseText('tom s 1200 cats really'));
    expect(normaliseText('x = 1.5')).not.toBe(normaliseText('x = 15'));
    expect(normaliseText('x = -1')).not.toBe(normaliseText('x = 1'));
  });
});

describe('leak guards', () => {
  test('answers are compared by value', () => {
    expect(sameAnswer({ answer: '0.50' }, { answer: '\\frac{1}{2}' })).toBe(true);
    expect(sameAnswer({ answer: 'Blue' }, { answer: 'blue.' })).toBe(true);
    expect(sameAnswer({ answer: '5' }, { answer: '-5' })).toBe(false);
    expect(sameText({ question: 'How many?' }, { question: 'how MANY' })).toBe(true);
  });
});
