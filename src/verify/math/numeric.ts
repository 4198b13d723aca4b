/** Values to hundreds of digits: complex evaluation of any expression in fixed-point arithmetic, at any precision asked for. */
import type { Rational } from '../../data/rational.js';
import { exactValue, isSeries, runOf, unknownFunction, type Point } from './exact.js';
import * as fixed from './fixed.js';
import type { Node } from './nodes.js';
import { productCost, spend } from './work.js';

/** A complex number times 2^bits. */
export interface Complex {
  re: bigint;
  im: bigint;
}

/** How to evaluate, and what evaluation saw. */
export interface Evaluation {
  bits: number;
  point: Point;
  /** Only real intermediate values: a root or logarithm of a negative number is undefined. */
  realOnly: boolean;
  /** Base of a `log` that names none: `e` or `10`. */
  logBase: 'e' | 10;
  /** Most bits before the point of any intermediate value: what was lost to size. */
  largest: number;
}

/** Values above this many bits before the point are not computed. */
const MAX_BITS = 10_000;

/** The value of a node; undefined where it has none (division by zero, outside the domain, too large, no number). */
export function numericValue(node: Node, at: Evaluation): Complex | undefined {
  spend(productCost(at.bits + at.largest));
  const value = evaluate(node, at);
  if (value) {
    const size = Math.max(fixed.bitLength(value.re), fixed.bitLength(value.im)) - at.bits;
    if (size > MAX_BITS) return undefined;
    if (size > at.largest) at.largest = size;
  }
  return value;
}

function evaluate(node: Node, at: Evaluation): Complex | undefined {
  switch (node.kind) {
    case 'num':
    case 'based':
      return fromRational(node.value, at.bits);
    case 'sym': {
      const value = at.point.get(node.name);
      return value && fromRational(value, at.bits);
    }
    case 'const':
      return constant(node.name, at);
    case 'neg': {
      const value = numericValue(node.arg, at);
      return value && { re: -value.re, im: -value.im };
    }
    case 'degrees': {
      const value = numericValue(node.arg, at);
      const turn = fixed.pi(at.bits);
      return value && { re: (value.re * turn) / (180n << BigInt(at.bits)), im: 0n };
    }
    case 'percent': {
      const value = numericValue(node.arg, at);
      return value && { re: value.re / 100n, im: value.im / 100n };
    }
    case 'add':
      return fold(node.args, at, (a, b) => ({ re: a.re + b.re, im: a.im + b.im }));
    case 'mul':
      return fold(node.args, at, (a, b) => multiply(a, b, at.bits));
    case 'div': {
      const top = numericValue(node.top, at);
      const bottom = top && numericValue(node.bottom, at);
      return top && bottom && divide(top, bottom, at.bits);
    }
    case 'pow':
      return power(node.base, node.exponent, at);
    case 'call':
      if (isSeries(node)) return series(node.name, node.args, at);
      return call(node.name, node.args, at);
    default:
      return undefined;
  }
}

const fromRational = (value: Rational, bits: number): Complex => ({ re: (value.n << BigInt(bits)) / value.d, im: 0n });

function constant(name: string, at: Evaluation): Complex | undefined {
  const one = 1n << BigInt(at.bits);
  if (name === 'pi') return { re: fixed.pi(at.bits), im: 0n };
  if (name === 'e') return real(fixed.exp(one, at.bits, MAX_BITS));
  if (name === 'i') return { re: 0n, im: one };
  return undefined;
}

const real = (re: bigint | undefined): Complex | undefined => (re === undefined ? undefined : { re, im: 0n });

function fold(
  args: readonly Node[],
  at: Evaluation,
  operate: (a: Complex, b: Complex) => Complex,
): Complex | undefined {
  let total: Complex | undefined;
  for (const arg of args) {
    const value = numericValue(arg, at);
    if (!value) return undefined;
    total = total ? operate(total, value) : value;
  }
  return total;
}

function series(name: string, args: readonly Node[], at: Evaluation): Complex | undefined {
  const sums = name.startsWith('sum');
  let total: Complex = { re: sums ? 0n : 1n << BigInt(at.bits), im: 0n };
  for (const point of runOf({ name, args }, at.point) ?? [undefined]) {
    const inner = point && { ...at, point };
    const term = inner && numericValue(args[0] as Node, inner);
    if (!inner || !term) return undefined;
    at.largest = Math.max(at.largest, inner.largest);
    total = sums ? { re: total.re + term.re, im: total.im + term.im } : multiply(total, term, at.bits);
  }
  return total;
}

function multiply(a: Complex, b: Complex, bits: number): Complex {
  const shift = BigInt(bits);
  if (a.im === 0n && b.im === 0n) return { re: (a.re * b.re) >> shift, im: 0n };
  return { re: (a.re * b.re - a.im * b.im) >> shift, im: (a.re * b.im + a.im * b.re) >> shift };
}

function divide(a: Complex, b: Complex, bits: number): Complex | undefined {
  const shift = BigInt(bits);
  // A divisor of nothing but rounding noise is a zero.
  if (fixed.bitLength(b.re) < 48 && fixed.bitLength(b.im) < 48) return undefined;
  if (b.im === 0n) return { re: (a.re << shift) / b.re, im: (a.im << shift) / b.re };
  const size = b.re * b.re + b.im * b.im;
  return { re: ((a.re * b.re + a.im * b.im) << shift) / size, im: ((a.im * b.re - a.re * b.im) << shift) / size };
}

/** Whether a part is nothing but rounding noise beside the whole. */
const negligible = (part: bigint, whole: bigint, bits: number): boolean =>
  part === 0n || fixed.bitLength(part) < Math.max(64, fixed.bitLength(whole) - bits + 64);

function power(baseNode: Node, exponentNode: Node, at: Evaluation): Complex | undefined {
  const base = numericValue(baseNode, at);
  if (!base) return undefined;
  const exact = exactValue(exponentNode, at.point);
  if (exact?.d === 1n && exact.n >= -100_000n && exact.n <= 100_000n) return integerPower(base, Number(exact.n), at);
  if (baseNode.kind === 'const' && baseNode.name === 'e') return exponential(numericValue(exponentNode, at), at);
  if (exact?.d === 2n && exact.n === 1n) return squareRoot(base, at);
  if (
    exact &&
    exact.d % 2n === 1n &&
    exact.d < 64n &&
    exact.n < 1000n &&
    exact.n > -1000n &&
    base.im === 0n &&
    base.re < 0n
  ) {
    const rooted = root(base, fromRational({ n: exact.d, d: 1n }, at.bits), at);
    return rooted && integerPower(rooted, Number(exact.n), at);
  }
  const exponent = numericValue(exponentNode, at);
  if (!exponent) return undefined;
  if (base.re === 0n && base.im === 0n) return exponent.re > 0n ? base : undefined;
  const logarithm = naturalLog(base, at);
  return logarithm && exponential(multiply(logarithm, exponent, at.bits), at);
}

function integerPower(base: Complex, exponent: number, at: Evaluation): Complex | undefined {
  const one: Complex = { re: 1n << BigInt(at.bits), im: 0n };
  let [result, square] = [one, base];
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    spend(4 * productCost(at.bits + at.largest));
    if (left % 2 === 1) result = multiply(result, square, at.bits);
    if (left > 1) square = multiply(square, square, at.bits);
    const size = Math.max(fixed.bitLength(square.re), fixed.bitLength(square.im), fixed.bitLength(result.re)) - at.bits;
    if (size > MAX_BITS) return undefined;
    if (size > at.largest) at.largest = size;
  }
  return exponent < 0 ? divide(one, result, at.bits) : result;
}

function exponential(x: Complex | undefined, at: Evaluation): Complex | undefined {
  const size = x && fixed.exp(x.re, at.bits, MAX_BITS);
  if (!x || size === undefined) return undefined;
  if (x.im === 0n) return { re: size, im: 0n };
  const [s, c] = fixed.sinCos(x.im, at.bits);
  return { re: (size * c) >> BigInt(at.bits), im: (size * s) >> BigInt(at.bits) };
}

function naturalLog(x: Complex, at: Evaluation): Complex | undefined {
  if (negligible(x.im, x.re, at.bits)) {
    if (x.re > 0n) return { re: fixed.ln(x.re, at.bits), im: 0n };
    if (x.re === 0n || at.realOnly) return undefined;
    return { re: fixed.ln(-x.re, at.bits), im: fixed.pi(at.bits) };
  }
  const size = fixed.integerSqrt(x.re * x.re + x.im * x.im);
  return { re: fixed.ln(size, at.bits), im: angle(x, at.bits) };
}

function angle(x: Complex, bits: number): bigint {
  const turn = fixed.pi(bits);
  if (x.re === 0n) return x.im > 0n ? turn >> 1n : -(turn >> 1n);
  const slope = fixed.arctan((x.im << BigInt(bits)) / x.re, bits);
  return x.re > 0n ? slope : x.im >= 0n ? slope + turn : slope - turn;
}

function squareRoot(x: Complex, at: Evaluation): Complex | undefined {
  const shift = BigInt(at.bits);
  if (negligible(x.im, x.re, at.bits)) {
    if (x.re >= 0n) return { re: fixed.integerSqrt(x.re << shift), im: 0n };
    // Rounding noise below zero is a zero.
    if (fixed.bitLength(x.re) < 48) return { re: 0n, im: 0n };
    return at.realOnly ? undefined : { re: 0n, im: fixed.integerSqrt(-x.re << shift) };
  }
  const size = fixed.integerSqrt(x.re * x.re + x.im * x.im);
  const [re, im] = [
    fixed.integerSqrt(((size + x.re) << shift) >> 1n),
    fixed.integerSqrt(((size - x.re) << shift) >> 1n),
  ];
  return { re, im: x.im < 0n ? -im : im };
}

function call(name: string, args: readonly Node[], at: Evaluation): Complex | undefined {
  const values: Complex[] = [];
  for (const arg of args) {
    const value = numericValue(arg, at);
    if (!value) return undefined;
    values.push(value);
  }
  const x = values[0] as Complex;
  if (name.startsWith('@')) {
    const key = (v: bigint): bigint => (v + (1n << BigInt(at.bits - 81))) >> BigInt(at.bits - 80);
    return fromRational(
      unknownFunction(
        name,
        values.map((v) => key(v.re) + (key(v.im) << 4096n)),
      ),
      at.bits,
    );
  }
  switch (name) {
    case 'root':
      return root(x, values[1] as Complex, at);
    case 'ln':
      return naturalLog(x, at);
    case 'log': {
      const top = naturalLog(x, at);
      const base = values[1] ?? (at.logBase === 10 ? fromRational({ n: 10n, d: 1n }, at.bits) : undefined);
      const bottom = base && naturalLog(base, at);
      return top && (base ? bottom && divide(top, bottom, at.bits) : top);
    }
    case 'abs':
      return real(x.im === 0n ? (x.re < 0n ? -x.re : x.re) : fixed.integerSqrt(x.re * x.re + x.im * x.im));
    case 'conjugate':
      return { re: x.re, im: -x.im };
    case 'Re':
      return real(x.re);
    case 'Im':
      return real(x.im);
    case 'floor':
    case 'ceil':
    case 'factorial':
    case 'doublefactorial':
    case 'binom':
    case 'mod':
    case 'gcd':
    case 'lcm':
      return whole(name, values, at);
    case 'max':
    case 'min':
      return values.reduce((a, b) => (a.re > b.re === (name === 'max') ? a : b));
    case 'sgn':
      return real(BigInt(Math.sign(Number(x.re))) << BigInt(at.bits));
    default:
      return trigonometric(name, x, at);
  }
}

/** Functions of integers: their arguments are rounded to the integers they must be. */
function whole(name: string, values: readonly Complex[], at: Evaluation): Complex | undefined {
  const shift = BigInt(at.bits);
  const args: Node[] = [];
  for (const value of values) {
    if (!negligible(value.im, value.re, at.bits)) return undefined;
    const near = (value.re + (1n << (shift - 1n))) >> shift;
    const isWhole = fixed.bitLength(value.re - (near << shift)) < at.bits / 2;
    if (name === 'floor' || name === 'ceil') {
      if (isWhole) return real(near << shift);
      return real((name === 'floor' ? value.re >> shift : -(-value.re >> shift)) << shift);
    }
    if (!isWhole) return undefined;
    args.push({ kind: 'num', value: { n: near, d: 1n } });
  }
  const value = exactValue({ kind: 'call', name, args }, new Map());
  return value && fromRational(value, at.bits);
}

function root(x: Complex, index: Complex, at: Evaluation): Complex | undefined {
  const n = Number(index.re >> BigInt(at.bits));
  if (n === 2) return squareRoot(x, at);
  if (!Number.isInteger(n) || n < 2 || n > 10_000 || index.re !== BigInt(n) << BigInt(at.bits)) return undefined;
  if (x.re === 0n && x.im === 0n) return x;
  const negative = x.re < 0n && n % 2 === 1 && negligible(x.im, x.re, at.bits);
  const logarithm = naturalLog(negative ? { re: -x.re, im: 0n } : x, at);
  const value = logarithm && exponential({ re: logarithm.re / BigInt(n), im: logarithm.im / BigInt(n) }, at);
  return value && negative ? { re: -value.re, im: -value.im } : value;
}

function trigonometric(name: string, x: Complex, at: Evaluation): Complex | undefined {
  const one: Complex = { re: 1n << BigInt(at.bits), im: 0n };
  const inverse = (value: Complex | undefined): Complex | undefined => value && divide(one, value, at.bits);
  const over = (a: Complex | undefined, b: Complex | undefined): Complex | undefined =>
    a && b ? divide(a, b, at.bits) : undefined;
  const [sin, cos] = [() => circular(x, at)?.[0], () => circular(x, at)?.[1]];
  switch (name) {
    case 'sin':
      return sin();
    case 'cos':
      return cos();
    case 'tan':
      return over(sin(), cos());
    case 'cot':
      return over(cos(), sin());
    case 'sec':
      return inverse(cos());
    case 'csc':
      return inverse(sin());
    case 'sinh':
    case 'cosh':
    case 'tanh':
    case 'coth':
      return hyperbolic(name, x, at);
    case 'arctan':
      return x.im === 0n ? real(fixed.arctan(x.re, at.bits)) : undefined;
    case 'arccot':
      return x.im === 0n ? real((fixed.pi(at.bits) >> 1n) - fixed.arctan(x.re, at.bits)) : undefined;
    case 'arcsin':
      return arcsine(x, at);
    case 'arccos': {
      const value = arcsine(x, at);
      return value && { re: (fixed.pi(at.bits) >> 1n) - value.re, im: -value.im };
    }
    case 'arcsec':
    case 'arccsc': {
      const turned = inverse(x);
      return turned && trigonometric(name === 'arcsec' ? 'arccos' : 'arcsin', turned, at);
    }
    default:
      return undefined;
  }
}

function circular(x: Complex, at: Evaluation): [Complex, Complex] | undefined {
  const [s, c] = fixed.sinCos(x.re, at.bits);
  if (x.im === 0n)
    return [
      { re: s, im: 0n },
      { re: c, im: 0n },
    ];
  const up = fixed.exp(x.im, at.bits, MAX_BITS);
  const down = fixed.exp(-x.im, at.bits, MAX_BITS);
  if (up === undefined || down === undefined) return undefined;
  const shift = BigInt(at.bits + 1);
  const [ch, sh] = [up + down, up - down];
  return [
    { re: (s * ch) >> shift, im: (c * sh) >> shift },
    { re: (c * ch) >> shift, im: -((s * sh) >> shift) },
  ];
}

function hyperbolic(name: string, x: Complex, at: Evaluation): Complex | undefined {
  const [up, down] = [exponential(x, at), exponential({ re: -x.re, im: -x.im }, at)];
  if (!up || !down) return undefined;
  const sinh: Complex = { re: (up.re - down.re) >> 1n, im: (up.im - down.im) >> 1n };
  const cosh: Complex = { re: (up.re + down.re) >> 1n, im: (up.im + down.im) >> 1n };
  if (name === 'sinh') return sinh;
  if (name === 'cosh') return cosh;
  return name === 'tanh' ? divide(sinh, cosh, at.bits) : divide(cosh, sinh, at.bits);
}

/** Real arcsine on [-1, 1], by the arctangent of x / sqrt(1 - x^2). */
function arcsine(x: Complex, at: Evaluation): Complex | undefined {
  if (x.im !== 0n) return undefined;
  const one = 1n << BigInt(at.bits);
  const rest = one - ((x.re * x.re) >> BigInt(at.bits));
  if (fixed.bitLength(rest) < 48) return real(x.re > 0n ? fixed.pi(at.bits) >> 1n : -(fixed.pi(at.bits) >> 1n));
  if (rest < 0n) return undefined;
  const side = fixed.integerSqrt(rest << BigInt(at.bits));
  return real(fixed.arctan((x.re << BigInt(at.bits)) / side, at.bits));
}
