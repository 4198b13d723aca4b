/** Exact numbers: fractions of big integers, so that 0.1 + 0.2 is 0.3 and no answer is right by rounding. */

/** A fraction in lowest terms with a positive denominator. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** Longest run of digits that is read as a number, and largest power of ten: input beyond is hostile, not an answer. */
const MAX_DIGITS = 400;

/** The fraction n/d in lowest terms. Throws RangeError where d is 0. */
export function rational(n: bigint, d: bigint = 1n): Rational {
  if (d === 0n) throw new RangeError('a fraction needs a denominator other than 0');
  const sign = d < 0n ? -1n : 1n;
  const g = gcd(n < 0n ? -n : n, d < 0n ? -d : d);
  return g === 0n ? { n: 0n, d: 1n } : { n: (sign * n) / g, d: (sign * d) / g };
}

/** Greatest common divisor of two integers that are not negative. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y, twos] = [a, b, 0n];
  // Euclid takes a step for every two bits, each along all of them; powers of two, which are common, are taken off first.
  if (x > WORD && y > WORD) {
    const [p, q] = [twosIn(x), twosIn(y)];
    [x, y, twos] = [x >> p, y >> q, p < q ? p : q];
  }
  while (y !== 0n) [x, y] = [y, x % y];
  return x << twos;
}

const WORD = 1n << 64n;

/** How often 2 divides an integer other than 0. */
export function twosIn(n: bigint): bigint {
  const hex = (n & -n).toString(16);
  return BigInt(4 * hex.length + 27 - Math.clz32(Number(`0x${hex[0]}`)));
}

export const add = (a: Rational, b: Rational): Rational => rational(a.n * b.d + b.n * a.d, a.d * b.d);
export const subtract = (a: Rational, b: Rational): Rational => rational(a.n * b.d - b.n * a.d, a.d * b.d);
export const multiply = (a: Rational, b: Rational): Rational => rational(a.n * b.n, a.d * b.d);
/** Throws RangeError on division by 0. */
export const divide = (a: Rational, b: Rational): Rational => rational(a.n * b.d, a.d * b.n);
export const equals = (a: Rational, b: Rational): boolean => a.n === b.n && a.d === b.d;
export const isInteger = (a: Rational): boolean => a.d === 1n;

/** Reads an unsigned or signed plain decimal (`12`, `-3.50`, `.5`, `4e3`); undefined for anything else. */
export function parseDecimal(text: string): Rational | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', part = '', exponent = '0'] = match;
  if (whole + part === '' || whole.length + part.length > MAX_DIGITS) return undefined;
  const power = Number(exponent) - part.length;
  if (Math.abs(power) > 2 * MAX_DIGITS) return undefined;
  const digits = BigInt(whole + part) * (sign === '-' ? -1n : 1n);
  return power >= 0 ? rational(digits * 10n ** BigInt(power)) : rational(digits, 10n ** BigInt(-power));
}

/** Shortest exact spelling: an integer, a decimal where it ends within 12 places, else `n/d`. */
export function formatRational(value: Rational): string {
  if (value.d === 1n) return value.n.toString();
  let scale = 1n;
  for (let places = 1; places <= 12; places++) {
    scale *= 10n;
    if (scale % value.d !== 0n) continue;
    const digits = ((value.n < 0n ? -value.n : value.n) * (scale / value.d)).toString().padStart(places + 1, '0');
    return `${value.n < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
  }
  return `${value.n}/${value.d}`;
}
