import { expect, test } from 'vitest';
import { formatRational } from '../../data/rational.js';
import { exactValue } from './exact.js';
import { parseAnswer } from './parse.js';

const valueOf = (text: string): string | undefined => {
  const value = exactValue(parseAnswer(text), new Map());
  return value && formatRational(value);
};

test('fractions, powers and roots that come out even', () => {
  expect(valueOf('\\frac{1}{3}+\\frac{1}{6}')).toBe('0.5');
  expect(valueOf('2^{-3}')).toBe('0.125');
  expect(valueOf('\\sqrt{\\frac{9}{4}}')).toBe('1.5');
  expect(valueOf('\\sqrt[3]{-27}')).toBe('-3');
  expect(valueOf('8^{2/3}')).toBe('4');
  expect(valueOf('4\\frac{2}{3}')).toBe('14/3');
});

test('functions of integers', () => {
  expect(valueOf('10!')).toBe('3628800');
  expect(valueOf('\\binom{10}{3}')).toBe('120');
  expect(valueOf('\\lfloor -7/2 \\rfloor')).toBe('-4');
  expect(valueOf('\\gcd(12, 18)')).toBe('6');
  expect(valueOf('\\log_2 32')).toBe('5');
  expect(valueOf('\\sum_{k=1}^{10} k^2')).toBe('385');
  expect(valueOf('\\prod_{k=1}^{5} k')).toBe('120');
});

test('what is irrational, undefined or too large has no exact value', () => {
  for (const text of [
    '\\sqrt2',
    '\\frac{1}{0}',
    '\\pi',
    'x',
    '(-1)!',
    '9^{9^{9}}',
    '10000000!',
    '\\binom{1000000}{500000}',
    '\\log_2 3',
    '0^{-1}',
  ]) {
    expect(valueOf(text), text).toBeUndefined();
  }
});
