import { expect, test } from 'vitest';
import { wordsInCommon } from './overlap.js';

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
