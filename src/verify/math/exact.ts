/** Exact values: what is a fraction of integers, whatever its size, is computed as one. */
import { add, divide, gcd, multiply, rational, twosIn, type Rational } from '../../data/rational.js';
import { integerSqrt } from './fixed.js';
import { children, type Node } from './nodes.js';
import { divisorCost, productCost, spend } from './work.js';

/** Values of the free symbols. */
export type Point = ReadonlyMap<string, Rational>;

/** Integers above this many bits are not computed; fractions are kept smaller, since reducing them is slow. */
const MAX_BITS = 400_000;
const MAX_FRACTION_BITS = 60_000;
const MAX_FACTORIAL = 6_000n;

/** The exact value of a node at a point; undefined where it is not rational, not defined, or too large to compute. */
export function exactValue(node: Node, point: Point): Rational | undefined {
  spend(2);
  switch (node.kind) {
    case 'num':
    case 'based':
      return node.value;
    case 'sym':
      return point.get(node.name);
    case 'neg': {
      const value = exactValue(node.arg, point);
      return value && { n: -value.n, d: value.d };
    }
    case 'percent': {
      const value = exactValue(node.arg, point);
      if (value) spendOn(value, value);
      return value && rational(value.n, value.d * 100n);
    }
    case 'add':
      return fold(node.args, point, add);
    case 'mul':
      return fold(node.args, point, multiply);
    case 'div': {
      const top = exactValue(node.top, point);
      const bottom = top && exactValue(node.bottom, point);
      if (!top || !bottom || bottom.n === 0n) return undefined;
      if (bits(top) + bits(bottom) > MAX_FRACTION_BITS * 2) return undefined;
      spendOn(top, { n: bottom.d, d: bottom.n });
      return divide(top, bottom);
    }
    case 'pow': {
      const base = exactValue(node.base, point);
      const exponent = base && exactValue(node.exponent, point);
      return base && exponent && power(base, exponent);
    }
    case 'call':
      if (isSeries(node)) return series(node, point);
      return call(node.name, node.args, point);
    default:
      return undefined;
  }
}

function fold(
  args: readonly Node[],
  point: Point,
  operate: (a: Rational, b: Rational) => Rational,
): Rational | undefined {
  let total: Rational | undefined;
  for (const arg of args) {
    const value = exactValue(arg, point);
    if (!value || tooLarge(value)) return undefined;
    if (total) spendOn(total, value);
    total = total ? operate(total, value) : value;
  }
  return total;
}

const tooLarge = (value: Rational): boolean => bits(value) > (value.d === 1n ? MAX_BITS : MAX_FRACTION_BITS);
const bits = (value: Rational): number => (value.n === 0n ? 1 : approximateBits(value.n) + approximateBits(value.d));

/** Counts the sum or product of two fractions: integers of the length of both, brought to lowest terms. */
function spendOn(a: Rational, b: Rational): void {
  if (isSmall(a) && isSmall(b)) return spend(20);
  const shorter = Math.min(approximateBits(a.n) + approximateBits(b.n), oddBits(a.d) + oddBits(b.d));
  spend(2 * productCost(bits(a), bits(b)) + divisorCost(shorter));
}

/** What nearly all numbers are: an integer of a machine word. */
const isSmall = ({ n, d }: Rational): boolean => d === 1n && n < 0x1_0000_0000n && n > -0x1_0000_0000n;

/** Bits without the twos that divide a number, which cost nothing in a greatest common divisor. */
function oddBits(n: bigint): number {
  const all = approximateBits(n);
  return all <= 64 ? all : all - Number(twosIn(n));
}

/** Cheap for the small numbers that nearly all are. */
function approximateBits(n: bigint): number {
  const magnitude = n < 0n ? -n : n;
  return magnitude < 0x1_0000_0000n ? 32 - Math.clz32(Number(magnitude)) : magnitude.toString(16).length * 4;
}

function power(base: Rational, exponent: Rational): Rational | undefined {
  if (exponent.d !== 1n) {
    if (exponent.d > 64n) return undefined;
    const rooted = rootOf(base, Number(exponent.d));
    return rooted && power(rooted, rational(exponent.n));
  }
  if (base.n === 0n) return exponent.n > 0n ? base : exponent.n === 0n ? rational(1n) : undefined;
  const size = exponent.n < 0n ? -exponent.n : exponent.n;
  if (base.d === 1n && (base.n === 1n || base.n === -1n)) return rational(base.n === 1n || size % 2n === 0n ? 1n : -1n);
  if (size > BigInt(MAX_BITS) || bits(base) * Number(size) > MAX_BITS) return undefined;
  spend(2 * productCost(bits(base) * Number(size)));
  const [n, d] = [base.n ** size, base.d ** size];
  if (exponent.n >= 0n) return { n, d };
  return n < 0n ? { n: -d, d: -n } : { n: d, d: n };
}

/** The n-th root of a fraction where it is a fraction; odd roots of negatives are real. */
function rootOf(value: Rational, index: number): Rational | undefined {
  if (value.n < 0n) {
    const positive = index % 2 === 1 ? rootOf({ n: -value.n, d: value.d }, index) : undefined;
    return positive && { n: -positive.n, d: positive.d };
  }
  const top = integerRoot(value.n, index);
  const bottom = top === undefined ? undefined : integerRoot(value.d, index);
  return top !== undefined && bottom !== undefined ? { n: top, d: bottom } : undefined;
}

function integerRoot(n: bigint, index: number): bigint | undefined {
  if (n < 2n) return n;
  if (index === 2) {
    const root = integerSqrt(n);
    return root * root === n ? root : undefined;
  }
  const k = BigInt(index);
  let low = 1n;
  let high = 1n << BigInt(Math.ceil((n.toString(16).length * 4) / index) + 1);
  while (low < high) {
    spend(2 * productCost(approximateBits(n)));
    const middle = (low + high + 1n) >> 1n;
    if (middle ** k <= n) low = middle;
    else high = middle - 1n;
  }
  return low ** k === n ? low : undefined;
}

function call(name: string, args: readonly Node[], point: Point): Rational | undefined {
  const values: Rational[] = [];
  for (const arg of args) {
    const value = exactValue(arg, point);
    if (!value) return undefined;
    values.push(value);
  }
  if (name.startsWith('@')) return unknownFunction(name, values.map(quantised));
  const [first, second] = values as [Rational, Rational | undefined];
  switch (name) {
    case 'root':
      return second?.d === 1n && second.n > 1n && second.n <= 64n ? rootOf(first, Number(second.n)) : undefined;
    case 'abs':
      return first.n < 0n ? { n: -first.n, d: first.d } : first;
    case 'sgn':
      return rational(first.n > 0n ? 1n : first.n < 0n ? -1n : 0n);
    case 'floor':
      return rational(floor(first));
    case 'ceil':
      return rational(-floor({ n: -first.n, d: first.d }));
    case 'conjugate':
    case 'Re':
      return first;
    case 'Im':
      return rational(0n);
    case 'max':
    case 'min':
      return values.reduce((a, b) => (a.n * b.d > b.n * a.d === (name === 'max') ? a : b));
    case 'mod':
      if (second) spendOn(first, { n: second.d, d: second.n });
      return second && second.n > 0n
        ? rational(first.n * second.d - floor(divide(first, second)) * second.n * first.d, first.d * second.d)
        : undefined;
    case 'gcd':
    case 'lcm':
      return values.every((v) => v.d === 1n)
        ? rational(values.map((v) => v.n).reduce(name === 'gcd' ? commonDivisor : lcm))
        : undefined;
    case 'factorial':
    case 'doublefactorial':
      return first.d === 1n && first.n >= 0n && first.n <= MAX_FACTORIAL
        ? rational(product(first.n, name === 'factorial' ? 1n : 2n))
        : undefined;
    case 'binom':
      return second && binomial(first, second);
    case 'log':
      return second && logarithm(first, second);
    default:
      return undefined;
  }
}

export function floor(value: Rational): bigint {
  const q = value.n / value.d;
  return value.n < 0n && q * value.d !== value.n ? q - 1n : q;
}

const size = (n: bigint): bigint => (n < 0n ? -n : n);
function commonDivisor(a: bigint, b: bigint): bigint {
  spend(divisorCost(Math.min(approximateBits(a), approximateBits(b))));
  return gcd(size(a), size(b));
}
const lcm = (a: bigint, b: bigint): bigint => (a === 0n || b === 0n ? 0n : size((a / commonDivisor(a, b)) * b));

/** n (n - step) (n - 2 step) ..., by halves so that factors stay of like size. */
function product(n: bigint, step: bigint): bigint {
  spend(Number(n) * 20);
  const factors: bigint[] = [];
  for (let k = n; k > 1n; k -= step) factors.push(k);
  while (factors.length > 1) {
    for (let i = 0; i < factors.length >> 1; i++) factors[i] = (factors[i] as bigint) * (factors.pop() as bigint);
  }
  return factors[0] ?? 1n;
}

function binomial(n: Rational, k: Rational): Rational | undefined {
  if (n.d !== 1n || k.d !== 1n || n.n < 0n) return undefined;
  if (k.n < 0n || k.n > n.n) return rational(0n);
  const few = k.n * 2n > n.n ? n.n - k.n : k.n;
  if (few > 3000n || n.n > 1_000_000n) return undefined;
  let value = 1n;
  // Each step multiplies and divides along all digits so far, 20 bits more each time.
  spend(Number(few) * (20 + Number(few) / 10));
  for (let i = 1n; i <= few; i++) value = (value * (n.n - few + i)) / i;
  return rational(value);
}

/** log to a base, where it is an integer or a fraction with a small denominator. */
function logarithm(x: Rational, base: Rational): Rational | undefined {
  if (x.n <= 0n || base.n <= 0n || base.n === base.d) return undefined;
  if (x.n === x.d) return rational(0n);
  spend(20 * productCost(bits(x) + bits(base)));
  const guess = ratioLog(x) / ratioLog(base);
  for (let bottom = 1; bottom <= 12; bottom++) {
    const top = Math.round(guess * bottom);
    if (!Number.isFinite(top) || Math.abs(guess * bottom - top) > 1e-9 || Math.abs(top) > 5000) continue;
    const [left, right] = [power(x, rational(BigInt(bottom))), power(base, rational(BigInt(top)))];
    return left && right && left.n === right.n && left.d === right.d
      ? rational(BigInt(top), BigInt(bottom))
      : undefined;
  }
  return undefined;
}

const ratioLog = (x: Rational): number => bigLog(x.n) - bigLog(x.d);
function bigLog(n: bigint): number {
  const digits = n.toString();
  return Math.log(Number(`0.${digits.slice(0, 17)}`)) + digits.length * Math.LN10;
}

/** A value to 80 bits after the point: what the unknown functions are functions of. */
export const quantised = (value: Rational): bigint => floor({ n: (value.n << 81n) + value.d, d: value.d << 1n });

/** An unknown function's value: arbitrary, but always the same for the same name and arguments. */
export function unknownFunction(name: string, args: readonly bigint[]): Rational {
  let hash = 0xcbf29ce484222325n;
  const text = `${name}(${args.join(',')})`;
  spend(20 * text.length);
  for (const char of text)
    hash = ((hash ^ BigInt(char.codePointAt(0) as number)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return rational((hash >> 16n) + 3n, 1n << 44n);
}

/** Most terms of a sum or product that are worked out, with those of the sums inside it. */
const MAX_TERMS = 2_000;

/** How many sums or products stand inside one another. */
const seriesDepth = (node: Node): number =>
  Math.max(0, ...children(node).map(seriesDepth)) + (node.kind === 'call' && isSeries(node) ? 1 : 0);

/** Whether a call is a sum or product over a running symbol: `sum:k` of body, first and last value. */
export const isSeries = (node: { name: string }): boolean => /^(?:sum|prod):/.test(node.name);

/** The points that a sum or product runs over; undefined where its limits are no integers or too far apart. */
export function runOf(node: { name: string; args: readonly Node[] }, point: Point): readonly Point[] | undefined {
  const [first, last] = [exactValue(node.args[1] as Node, point), exactValue(node.args[2] as Node, point)];
  if (first?.d !== 1n || last?.d !== 1n) return undefined;
  const depth = seriesDepth(node.args[0] as Node) + 1;
  if (last.n - first.n >= BigInt(Math.floor(MAX_TERMS ** (1 / depth)))) return undefined;
  const symbol = node.name.slice(node.name.indexOf(':') + 1);
  if (last.n > first.n) spend(Number(last.n - first.n) * (10 + 5 * point.size));
  return Array.from({ length: Math.max(0, Number(last.n - first.n) + 1) }, (_, i) =>
    new Map(point).set(symbol, rational(first.n + BigInt(i))),
  );
}

function series(node: { name: string; args: readonly Node[] }, point: Point): Rational | undefined {
  const sums = node.name.startsWith('sum');
  let total = rational(sums ? 0n : 1n);
  for (const at of runOf(node, point) ?? [undefined]) {
    const term = at && exactValue(node.args[0] as Node, at);
    if (!term || tooLarge(total)) return undefined;
    spendOn(total, term);
    total = sums ? add(total, term) : multiply(total, term);
  }
  return total;
}
