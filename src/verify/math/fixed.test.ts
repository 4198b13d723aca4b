import { expect, test } from 'vitest';
import { arctan, exp, integerSqrt, ln, pi, sinCos } from './fixed.js';

const BITS = 320;
const ONE = 1n << BigInt(BITS);
const of = (top: bigint, bottom = 1n): bigint => (top * ONE) / bottom;
/** Units of the last place by which two values differ, rounded to bits. */
const error = (a: bigint, b: bigint): number => (a > b ? a - b : b - a).toString(2).length;

test('pi to fifty places, as tables have it', () => {
  expect((pi(BITS) * 10n ** 50n) >> BigInt(BITS)).toBe(314159265358979323846264338327950288419716939937510n);
});

test('e and ln 2 to forty places, as tables have them', () => {
  expect(((exp(ONE, BITS, 1000) as bigint) * 10n ** 40n) >> BigInt(BITS)).toBe(
    27182818284590452353602874713526624977572n,
  );
  expect((ln(of(2n), BITS) * 10n ** 40n) >> BigInt(BITS)).toBe(6931471805599453094172321214581765680755n);
});

test('logarithm and exponential undo each other, small and large', () => {
  for (const x of [of(3n), of(1n, 1000n), of(123456789n), of(7n, 5n)]) {
    expect(error(exp(ln(x, BITS), BITS, 1000) as bigint, x)).toBeLessThan(48);
  }
});

test('sine and cosine at known angles, and far from zero', () => {
  const [sixth] = sinCos(pi(BITS) / 6n, BITS);
  expect(error(sixth, ONE / 2n)).toBeLessThan(16);
  for (const x of [of(1n), of(-20n, 3n), of(1_000_000n)]) {
    const [s, c] = sinCos(x, BITS);
    expect(error((s * s + c * c) >> BigInt(BITS), ONE)).toBeLessThan(16);
  }
});

test('arctangent: four times that of one is pi; odd; large arguments', () => {
  expect(error(4n * arctan(ONE, BITS), pi(BITS))).toBeLessThan(16);
  expect(arctan(-of(3n), BITS)).toBe(-arctan(of(3n), BITS));
  expect(error(arctan(of(1000n), BITS) + arctan(of(1n, 1000n), BITS), pi(BITS) / 2n)).toBeLessThan(16);
});

test('too large an exponential has no value; too small a one is nothing', () => {
  expect(exp(of(1_000_000n), BITS, 1000)).toBeUndefined();
  expect(exp(of(-1_000_000n), BITS, 1000)).toBe(0n);
});

test('integer square roots round down', () => {
  expect([0n, 1n, 15n, 16n, 10n ** 60n].map(integerSqrt)).toEqual([0n, 1n, 3n, 4n, 10n ** 30n]);
});
