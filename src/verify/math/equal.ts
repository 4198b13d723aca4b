/**
 * Whether two expressions are equal: exactly where both are rational, else to hundreds of digits; with free symbols at
 * points drawn at random once and for all. Two polynomials or rational functions that differ agree at a random point with
 * a chance below degree / 2^20, at all of them practically never.
 */
import { Rng } from '../../core/rng.js';
import { equals, rational, type Rational } from '../../data/rational.js';
import { exactValue, isSeries, type Point } from './exact.js';
import { bitLength } from './fixed.js';
import { sameFactors, withoutLogsOfPowers } from './huge.js';
import { mapChildren, children, some, symbolsOf, type Node } from './nodes.js';
import { numericValue, type Complex, type Evaluation } from './numeric.js';

export interface Equality {
  equal: boolean;
  rule: string;
}

const NOWHERE: Point = new Map();
const POINTS = 6;
const START_BITS = 320;
const MAX_PRECISION = 12_000;

/** Most symbols an answer may have. */
const MAX_SYMBOLS = 40;

/** Whether two scalars are equal as exact values. */
export function equalScalars(a: Node, b: Node): Equality {
  const symbols = symbolsOf(b, symbolsOf(a));
  if (symbols.size === 0) {
    const [x, y] = [exactValue(a, NOWHERE), exactValue(b, NOWHERE)];
    if (x && y) return { equal: equals(x, y), rule: 'exact-number' };
    return equalNumbers(a, b);
  }
  if (symbols.size > MAX_SYMBOLS) return { equal: false, rule: 'too-many-symbols' };
  return equalFunctions(a, b, [...symbols].toSorted());
}

function equalNumbers(a: Node, b: Node): Equality {
  const near = closeAt(a, b, NOWHERE, false, 'e');
  if (near === true) return { equal: true, rule: 'numeric-identity' };
  if (near === undefined || near === 'one') return equalUnevaluated(a, b);
  if (hasBareLog(a) !== hasBareLog(b) && closeAt(a, b, NOWHERE, false, 10) === true)
    return { equal: true, rule: 'decimal-logarithm' };
  return { equal: false, rule: 'different-number' };
}

/** Constants that are too large, or not defined. */
function equalUnevaluated(a: Node, b: Node): Equality {
  if (sameFactors(a, b)) return { equal: true, rule: 'same-factors' };
  const [x, y] = [withoutLogsOfPowers(a), withoutLogsOfPowers(b)];
  const near = (x ?? y) && closeAt(x ?? a, y ?? b, NOWHERE, false, 'e');
  return near === true ? { equal: true, rule: 'numeric-identity' } : { equal: false, rule: 'not-evaluated' };
}

const hasBareLog = (node: Node): boolean =>
  some(node, (n) => n.kind === 'call' && n.name === 'log' && n.args.length === 1);
const hasImaginary = (node: Node): boolean => some(node, (n) => n.kind === 'const' && n.name === 'i');

function equalFunctions(a: Node, b: Node, symbols: readonly string[]): Equality {
  const whole = wholeSymbols(b, wholeSymbols(a));
  let exact = true;
  for (let i = 0; i < POINTS && exact; i++) {
    const point = samplePoint(i, symbols, whole);
    const [x, y] = [exactValue(a, point), exactValue(b, point)];
    if (x && y) {
      if (!equals(x, y)) return { equal: false, rule: 'different-expression' };
    } else exact = false;
  }
  if (exact) return { equal: true, rule: 'algebraic-identity' };
  const complex = hasImaginary(a) || hasImaginary(b);
  const real = complex ? undefined : agreeAtPoints(a, b, symbols, whole, true);
  const agree = real ?? agreeAtPoints(a, b, symbols, whole, false);
  return agree
    ? { equal: true, rule: 'sampled-identity' }
    : { equal: false, rule: agree === undefined ? 'not-evaluated' : 'different-expression' };
}

/** Undefined where neither side is defined at any point. */
function agreeAtPoints(
  a: Node,
  b: Node,
  symbols: readonly string[],
  whole: ReadonlySet<string>,
  realOnly: boolean,
): boolean | undefined {
  let agreed = 0;
  for (let i = 0; i < POINTS; i++) {
    const point = samplePoint(i, symbols, whole);
    let near = closeAt(a, b, point, realOnly, 'e');
    // Where only one side is real (e^(2 ln x) for x < 0), the complex values decide.
    if (near === 'one' && realOnly) near = closeAt(a, b, point, false, 'e');
    if (near === false || near === 'one') return false;
    if (near === true) agreed++;
  }
  return agreed === 0 ? undefined : true;
}

/**
 * Whether two expressions agree at a point to all digits; undefined where neither is defined there, `one` where only one is. Precision grows with the size of what is computed, and until the values have digits enough to tell them apart.
 */
function closeAt(a: Node, b: Node, point: Point, realOnly: boolean, logBase: 'e' | 10): boolean | 'one' | undefined {
  for (let bits = START_BITS; ;) {
    const at: Evaluation = { bits, point, realOnly, logBase, largest: 0 };
    const [x, y] = [numericValue(a, at), numericValue(b, at)];
    if (!x || !y) return !x && !y ? undefined : 'one';
    if (at.largest > 32 && bits < START_BITS + 3 * at.largest && bits < MAX_PRECISION * 4) {
      bits = START_BITS + 3 * at.largest;
      continue;
    }
    const noise = 80 + 2 * at.largest;
    const difference = Math.max(bitLength(x.re - y.re), bitLength(x.im - y.im));
    if (difference > noise) return false;
    const digits = Math.max(size(x), size(y)) - noise;
    if (digits > 120 || bits * 2 > MAX_PRECISION || (bits > START_BITS * 4 && difference < 48)) return true;
    bits *= 2;
  }
}

const size = (x: Complex): number => Math.max(bitLength(x.re), bitLength(x.im));

/** Real value of a constant expression times 2^bits; undefined where it has none. */
export function realValue(node: Node, bits: number): bigint | undefined {
  const at: Evaluation = { bits, point: NOWHERE, realOnly: false, logBase: 'e', largest: 0 };
  const exact = exactValue(node, NOWHERE);
  if (exact) return (exact.n << BigInt(bits)) / exact.d;
  const value = numericValue(node, at);
  return value && bitLength(value.im) < 64 ? value.re : undefined;
}

/** The exact value of a constant expression; undefined where it has symbols or is not rational. */
export const exactConstant = (node: Node): Rational | undefined => exactValue(node, NOWHERE);

/**
 * Whether `a` is a constant times `b`, both with free symbols: +1 or -1 for the sign of the factor, undefined where not.
 * Decides whether two equations (left minus right) say the same.
 */
export function constantFactor(a: Node, b: Node): 1 | -1 | undefined {
  const symbols = [...symbolsOf(b, symbolsOf(a))].toSorted();
  if (symbols.length === 0 || symbols.length > MAX_SYMBOLS) return undefined;
  const whole = wholeSymbols(b, wholeSymbols(a));
  const first = samplePoint(0, symbols, whole);
  const ratio: Node = { kind: 'div', top: substitute(a, first), bottom: substitute(b, first) };
  const factor = exactValue(ratio, NOWHERE);
  if (factor?.n === 0n) return undefined;
  const scaled: Node = { kind: 'mul', args: [factor ? { kind: 'num', value: factor } : ratio, b] };
  const sign = factor ? (factor.n > 0n ? 1 : -1) : (realValue(ratio, START_BITS) ?? 0n) < 0n ? -1 : 1;
  return equalFunctions(a, scaled, symbols).equal ? sign : undefined;
}

function substitute(node: Node, point: Point): Node {
  if (node.kind === 'sym') {
    const value = point.get(node.name);
    return value ? { kind: 'num', value } : node;
  }
  return mapChildren(node, (child) => substitute(child, point));
}

/**
 * Symbols that stand for integers: in factorials, binomials, exponents of negative numbers; in floors and ceilings unless
 * they are named as reals are (t to z, Greek letters).
 */
function wholeSymbols(node: Node, found: Set<string> = new Set()): Set<string> {
  if (node.kind === 'call' && /^(?:factorial|doublefactorial|binom|mod|gcd|lcm)$/.test(node.name))
    symbolsOf(node, found);
  if (node.kind === 'call' && /^(?:floor|ceil)$/.test(node.name)) {
    for (const name of symbolsOf(node)) if (/^[a-sA-S]/.test(name)) found.add(name);
  }
  if (node.kind === 'call' && isSeries(node)) for (const limit of node.args.slice(1)) symbolsOf(limit, found);
  if (node.kind === 'pow' && (exactValue(node.base, NOWHERE)?.n ?? 0n) < 0n) symbolsOf(node.exponent, found);
  for (const child of children(node)) wholeSymbols(child, found);
  return found;
}

interface Draw {
  magnitude: Rational;
  negative: boolean;
  whole: Rational;
}

/** Random draws, made once: the same for every comparison, so that verdicts never change. */
let draws: Draw[][] | undefined;

function drawAll(): Draw[][] {
  const rng = Rng.fromSeed('verify/points');
  return Array.from({ length: POINTS }, (_, i) =>
    Array.from({ length: MAX_SYMBOLS }, () => ({
      magnitude: rational(BigInt(rng.int(3 << 20) + (1 << 17)) * 2n + 1n, 1n << 21n),
      negative: i % 2 === 1 && (i === 3 || rng.next() < 0.5),
      whole: rational(BigInt(rng.int(28) + 3 + (i % 2))),
    })),
  );
}

function samplePoint(index: number, symbols: readonly string[], whole: ReadonlySet<string>): Point {
  draws ??= drawAll();
  const row = draws[index] as Draw[];
  const point = new Map<string, Rational>();
  for (let k = 0; k < symbols.length; k++) {
    const name = symbols[k] as string;
    const draw = row[k] as Draw;
    point.set(
      name,
      whole.has(name) ? draw.whole : draw.negative ? { n: -draw.magnitude.n, d: draw.magnitude.d } : draw.magnitude,
    );
  }
  return point;
}
