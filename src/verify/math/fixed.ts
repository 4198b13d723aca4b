/**
 * Real functions in fixed-point arithmetic on big integers: a number x is the integer x * 2^bits. Taylor series after
 * argument reduction; errors stay within a few units of the last place, which callers leave as guard bits.
 */
import { constantCost, productCost, seriesCost, spend, squareRootCost } from './work.js';

/** floor(sqrt(n)) of an integer that is not negative, by Newton's method. */
export function integerSqrt(n: bigint): bigint {
  if (n < 2n) return n;
  spend(squareRootCost(bitLength(n)));
  let x = 1n << BigInt((n.toString(16).length * 4 + 1) >> 1);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

/** Number of bits of an integer's magnitude, to within 3. */
export const bitLength = (n: bigint): number => (n < 0n ? -n : n).toString(16).length * 4;

const caches = new Map<string, bigint>();

function cached(name: string, bits: number, compute: () => bigint): bigint {
  // Counted whether or not it is at hand: the work of a judgement must not depend on those before it.
  spend(constantCost(bits));
  const key = `${name}${bits}`;
  let value = caches.get(key);
  if (value === undefined) {
    value = compute();
    if (caches.size > 200) caches.clear();
    caches.set(key, value);
  }
  return value;
}

/** arctan(1/n) for an integer n > 1. */
function inverseTangent(n: bigint, bits: number): bigint {
  let [term, sum, k] = [(1n << BigInt(bits)) / n, 0n, 1n];
  for (let sign = 1n; term !== 0n; sign = -sign, k += 2n) {
    sum += (sign * term) / k;
    term /= n * n;
  }
  return sum;
}

/** Machin: pi = 16 arctan(1/5) - 4 arctan(1/239). */
export const pi = (bits: number): bigint =>
  cached('pi', bits, () => (16n * inverseTangent(5n, bits + 16) - 4n * inverseTangent(239n, bits + 16)) >> 16n);

/** ln 2 = 18 artanh(1/26) - 2 artanh(1/4801) + 8 artanh(1/8749). */
const ln2 = (bits: number): bigint =>
  cached('ln2', bits, () => {
    const artanh = (n: bigint): bigint => {
      let [term, sum] = [(1n << BigInt(bits + 16)) / n, 0n];
      for (let k = 1n; term !== 0n; k += 2n, term /= n * n) sum += term / k;
      return sum;
    };
    return (18n * artanh(26n) - 2n * artanh(4801n) + 8n * artanh(8749n)) >> 16n;
  });

/** Nearest integer quotient, for reducing arguments. */
function nearest(a: bigint, b: bigint): bigint {
  const twice = 2n * a + b;
  const q = twice / (2n * b);
  return twice < 0n && q * 2n * b !== twice ? q - 1n : q;
}

/** e^x; undefined where the result would need more than `maxBits` bits before the point. */
export function exp(x: bigint, bits: number, maxBits: number): bigint | undefined {
  const one = 1n << BigInt(bits);
  spend(productCost(bitLength(x)));
  const k = nearest(x, ln2(bits));
  if (k > BigInt(maxBits)) return undefined;
  if (k < BigInt(-bits - 64)) return 0n;
  // Guard bits for the error of k * ln 2 and for the squarings.
  const wide = bits + 48 + (k > 0n ? Number(k) : 0);
  spend(seriesCost(wide / 14 + 12, wide));
  const shift = BigInt(wide - bits);
  const halvings = 12n;
  const r = ((x << shift) - k * ln2(wide)) >> halvings;
  let [term, sum] = [1n << BigInt(wide), 1n << BigInt(wide)];
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = ((term * r) >> BigInt(wide)) / n;
    sum += term;
  }
  for (let i = 0n; i < halvings; i++) sum = (sum * sum) >> BigInt(wide);
  const scaled = k >= 0n ? sum << k : sum >> -k;
  return one === 0n ? undefined : scaled >> shift;
}

/** ln x for x > 0: reduced to [1, 2) by powers of two and by square roots, then artanh. */
export function ln(x: bigint, bits: number): bigint {
  const wide = bits + 64;
  spend(seriesCost(wide / 19, wide));
  let m = x << 64n;
  const k = bitsExactly(x) - 1 - bits;
  m = k >= 0 ? m >> BigInt(k) : m << BigInt(-k);
  const roots = 8;
  for (let i = 0; i < roots; i++) m = integerSqrt(m << BigInt(wide));
  const one = 1n << BigInt(wide);
  const z = ((m - one) << BigInt(wide)) / (m + one);
  const z2 = (z * z) >> BigInt(wide);
  let [term, sum] = [z, 0n];
  for (let n = 1n; term !== 0n; n += 2n) {
    sum += term / n;
    term = (term * z2) >> BigInt(wide);
  }
  return ((sum << BigInt(roots + 1)) + BigInt(k) * ln2(wide)) >> 64n;
}

function bitsExactly(n: bigint): number {
  const hex = n.toString(16);
  return hex.length * 4 - Math.clz32(parseInt(hex[0] as string, 16)) + 28;
}

/** [sin x, cos x]. */
export function sinCos(x: bigint, bits: number): [bigint, bigint] {
  const wide = bits + 48 + Math.max(0, bitLength(x) - bits);
  spend(seriesCost(wide / 10 + 24, wide));
  const quarter = pi(wide) >> 1n;
  const shifted = x << BigInt(wide - bits);
  const k = nearest(shifted, quarter);
  const halvings = 8n;
  const r = (shifted - k * quarter) >> halvings;
  const one = 1n << BigInt(wide);
  const r2 = (r * r) >> BigInt(wide);
  // sin by its series, cos - 1 by its own: 1 - cos doubles without losing digits.
  let [term, sine] = [r, r];
  for (let n = 2n; term !== 0n && term !== -1n; n += 2n) {
    term = -((term * r2) >> BigInt(wide)) / (n * (n + 1n));
    sine += term;
  }
  let cosine = 0n;
  term = one;
  for (let n = 1n; term !== 0n && term !== -1n; n += 2n) {
    term = -((term * r2) >> BigInt(wide)) / (n * (n + 1n));
    cosine += term;
  }
  for (let i = 0n; i < halvings; i++) {
    // cosine holds cos - 1: sin 2r = 2 sin r cos r, cos 2r - 1 = -2 sin^2 r.
    const next = -((2n * sine * sine) >> BigInt(wide));
    sine = (2n * sine * (one + cosine)) >> BigInt(wide);
    cosine = next;
  }
  const [s, c] = [sine >> BigInt(wide - bits), (one + cosine) >> BigInt(wide - bits)];
  switch (((k % 4n) + 4n) % 4n) {
    case 0n:
      return [s, c];
    case 1n:
      return [c, -s];
    case 2n:
      return [-s, -c];
    default:
      return [-c, s];
  }
}

/** arctan x. */
export function arctan(x: bigint, bits: number): bigint {
  const one = 1n << BigInt(bits);
  if (x < 0n) return -arctan(-x, bits);
  if (x > one) return (pi(bits) >> 1n) - arctan((one << BigInt(bits)) / x, bits);
  const wide = bits + 48;
  spend(seriesCost(wide / 12 + 24, wide));
  const unit = 1n << BigInt(wide);
  let z = x << 48n;
  const halvings = 6;
  for (let i = 0; i < halvings; i++)
    z = (z << BigInt(wide)) / (unit + integerSqrt((unit + ((z * z) >> BigInt(wide))) << BigInt(wide)));
  const z2 = (z * z) >> BigInt(wide);
  let [term, sum] = [z, 0n];
  for (let n = 1n, sign = 1n; term !== 0n; n += 2n, sign = -sign) {
    sum += (sign * term) / n;
    term = (term * z2) >> BigInt(wide);
  }
  return (sum << BigInt(halvings)) >> 48n;
}
