import { expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { lookAlikes, wordsInCommon } from './look-alikes.js';

test('words in common: distinct words that both texts have, of those that either has; numbers do not count', () => {
  // tom, had, apples, and, ate against ann, had, pears, and, ate: had, and, ate of seven.
  expect(wordsInCommon('Tom had 5 apples, and ate 2.', 'Ann had 31 pears; and ATE 4!')).toBeCloseTo(3 / 7, 12);
  expect(wordsInCommon('Tom had 5 apples and had eaten 2.', 'Tom had 90 apples and had eaten 12.')).toBe(1);
  expect(wordsInCommon('Find x1 and 3rd', 'and find 2')).toBe(1);
  expect(wordsInCommon('Trouve la somme', 'Find it')).toBe(0);
});

test('words in common: texts without any word share nothing', () => {
  expect(wordsInCommon('12 + 3', '12 + 3')).toBe(0);
  expect(wordsInCommon('', 'words')).toBe(0);
});

test('look-alikes: the pairs above the limit, and no other, whatever the limit', () => {
  const rng = Rng.fromSeed('look-alikes');
  const vocabulary = Array.from({ length: 30 }, (_, i) => `w${'abcdefghij'[i % 10]}${'xyz'[Math.floor(i / 10)]}`);
  const text = (i: number) => ({
    id: `t${i}`,
    // Squared: a few words stand in most texts, as in language.
    question: Array.from({ length: 2 + rng.int(9) }, () => vocabulary[Math.floor(30 * rng.next() ** 2)]).join(' '),
  });
  const traces = Array.from({ length: 60 }, (_, i) => text(i));
  const problems = [...traces.slice(0, 10), ...Array.from({ length: 30 }, (_, i) => text(100 + i))];
  for (const most of [0, 0.2, 0.5, 0.7, 0.75, 0.99]) {
    const pairs = [...lookAlikes(problems, traces, most)].flatMap(([id, own]) => [...own].map((t) => `${id} ${t}`));
    const compared = problems.flatMap((problem) =>
      traces
        .filter(({ id, question }) => id !== problem.id && wordsInCommon(problem.question, question) > most)
        .map(({ id }) => `${problem.id} ${id}`),
    );
    expect(pairs.toSorted()).toEqual(compared.toSorted());
    expect(pairs.length).toBeGreaterThan(0);
  }
});

test('look-alikes: a problem of other words, or of none, has none; equal texts are no more than equal', () => {
  const traces = [{ id: 'a', question: 'Tom had 5 apples' }];
  const of = (question: string, most: number) => lookAlikes([{ id: 'q', question }], traces, most).size;
  expect(of('Une somme de 5', 0)).toBe(0);
  expect(of('5 + 5', 0)).toBe(0);
  expect(of('Tom had 7 apples', 0.99)).toBe(1);
  expect(of('Tom had 7 apples', 1)).toBe(0);
});
