/** Numbers and expressions: exactly, save that a decimal stands for what it rounds. */
import { rational, subtract, type Rational } from '../../../data/rational.js';
import { equalScalars, exactConstant, realValue } from '../equal.js';
import { bitLength } from '../fixed.js';
import { symbolsOf, type Node } from '../nodes.js';
import { no, yes, type CompareContext, type Equality } from './context.js';

/** Compares two scalars that hold no plus-or-minus. */
export function compareScalars(gold: Node, answer: Node, context: CompareContext): Equality {
  const [a, b] = [simple(gold), simple(answer)];
  if (a && b) {
    if (a.value.n === b.value.n && a.value.d === b.value.d) return yes('exact-number');
    if (a.places === 0 && b.places === 0) return no('different-number');
  }
  const [p, q] = [infiniteSign(gold), infiniteSign(answer)];
  if (p !== 0 || q !== 0) return p === q ? yes('infinite') : no('different-number');
  const exact = equalScalars(gold, answer);
  if (exact.equal || symbolsOf(gold).size > 0 || symbolsOf(answer).size > 0) return exact;
  const [x, y] = [decimalPlaces(gold), decimalPlaces(answer)];
  if (x > 0 && y > 0)
    return bothDecimal(exactConstant(gold), x, exactConstant(answer), y, context) ? yes('rounded-decimal') : exact;
  const decimal = x > 0 ? gold : y > 0 ? answer : undefined;
  if (!decimal) return exact;
  return rounds(exactConstant(decimal), x > 0 ? answer : gold, context) ? yes('rounded-decimal') : exact;
}

/** 1 or -1 for an infinity, 0 for anything else. */
export function infiniteSign(node: Node): -1 | 0 | 1 {
  if (node.kind === 'const') return node.name === 'inf' ? 1 : 0;
  return node.kind === 'neg' && node.arg.kind === 'const' && node.arg.name === 'inf' ? -1 : 0;
}

/** A number literal with its sign, and how many places it has. */
function simple(node: Node): { value: Rational; places: number } | undefined {
  if (node.kind === 'num') return { value: node.value, places: node.places ?? 0 };
  if (node.kind !== 'neg' || node.arg.kind !== 'num') return undefined;
  return { value: { n: -node.arg.value.n, d: node.arg.value.d }, places: node.arg.places ?? 0 };
}

/** Places of a decimal literal, with sign, percent or power of ten; 0 for what is no decimal. */
function decimalPlaces(node: Node): number {
  switch (node.kind) {
    case 'num':
      return node.places ?? 0;
    case 'neg':
    case 'percent':
      return decimalPlaces(node.arg);
    case 'mul': {
      const [first, second] = node.args;
      return node.args.length === 2 &&
        second?.kind === 'pow' &&
        second.base.kind === 'num' &&
        second.base.value.n === 10n
        ? decimalPlaces(first as Node)
        : 0;
    }
    default:
      return 0;
  }
}

/**
 * Whether an exact number rounds to a decimal: within half a unit of the last place compared, and to half as many
 * significant digits, so that 0.000000 is no 2^-99.
 */
function rounds(decimal: Rational | undefined, exact: Node, context: CompareContext): boolean {
  if (!decimal) return false;
  const bits = 400;
  const value = realValue(exact, bits);
  if (value === undefined) return false;
  const difference = size(value - (decimal.n << BigInt(bits)) / decimal.d);
  const scale = 10n ** BigInt(context.decimals);
  if (difference * 2n * scale > (1n << BigInt(bits)) + (1n << BigInt(bits - 200))) return false;
  return difference * 10n ** BigInt(Math.ceil(context.decimals / 2)) <= size(value) && bitLength(value) > 64;
}

/** Two decimals: the longer rounds to the shorter, and the shorter has the places that are compared. */
function bothDecimal(
  a: Rational | undefined,
  aPlaces: number,
  b: Rational | undefined,
  bPlaces: number,
  context: CompareContext,
): boolean {
  if (!a || !b || aPlaces === bPlaces) return false;
  const places = Math.min(aPlaces, bPlaces);
  if (places < context.decimals || places > 400) return false;
  const difference = subtract(a, b);
  const limit = rational(1n, 2n * 10n ** BigInt(places));
  const shorter = aPlaces < bPlaces ? a : b;
  const digits = 10n ** BigInt(Math.ceil(context.decimals / 2));
  return (
    size(difference.n) * limit.d <= limit.n * difference.d &&
    size(difference.n) * digits * shorter.d <= size(shorter.n) * difference.d
  );
}

const size = (n: bigint): bigint => (n < 0n ? -n : n);
