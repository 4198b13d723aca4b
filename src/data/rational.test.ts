import { describe, expect, test } from 'vitest';
import {
  add,
  divide,
  equals,
  formatRational,
  multiply,
  parseDecimal,
  rational,
  subtract,
  type Rational,
} from './rational.js';

const number = (text: string): Rational => {
  const value = parseDecimal(text);
  if (!value) throw new Error(`${text} is no decimal`);
  return value;
};

describe('rational', () => {
  test('keeps lowest terms and a positive denominator', () => {
    expect(rational(6n, -4n)).toEqual({ n: -3n, d: 2n });
    expect(rational(0n, 5n)).toEqual({ n: 0n, d: 1n });
    expect(() => rational(1n, 0n)).toThrow(RangeError);
  });

  test('computes exactly where floats do not', () => {
    expect(equals(add(number('0.1'), number('0.2')), number('0.3'))).toBe(true);
    expect(subtract(rational(1n, 2n), rational(1n, 3n))).toEqual({ n: 1n, d: 6n });
    expect(multiply(rational(2n, 3n), rational(3n, 2n))).toEqual({ n: 1n, d: 1n });
    expect(divide(rational(1n), rational(-4n))).toEqual({ n: -1n, d: 4n });
    expect(() => divide(rational(1n), rational(0n))).toThrow(RangeError);
  });
});

describe('parseDecimal', () => {
  test.each([
    ['12', 12n, 1n],
    ['-3.50', -7n, 2n],
    ['.5', 1n, 2n],
    ['4e3', 4000n, 1n],
    ['25e-2', 1n, 4n],
    ['9007199254740993', 9007199254740993n, 1n],
  ])('%s', (text, n, d) => {
    expect(parseDecimal(text)).toEqual({ n, d });
  });

  test.each(['', '.', '-', '1,000', '1.2.3', 'x', '1e99999', '9'.repeat(500)])('refuses %j', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });
});

test('formatRational spells whole numbers, ending decimals and other fractions', () => {
  expect([rational(12n), rational(-7n, 2n), rational(1n, 80n), rational(-1n, 3n)].map(formatRational)).toEqual([
    '12',
    '-3.5',
    '0.0125',
    '-1/3',
  ]);
});
