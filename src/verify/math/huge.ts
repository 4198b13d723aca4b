/** Constants too large to compute: products of powers and factorials by their factors, logarithms of powers by rule. */
import { add, multiply, rational, type Rational } from '../../data/rational.js';
import { exactValue } from './exact.js';
import { bitLength } from './fixed.js';
import { mapChildren, some, type Node } from './nodes.js';

/** Exponents of primes (and of what is left of numbers that are not factored), and of factorials by their argument. */
interface Factors {
  primes: Map<bigint, Rational>;
  factorials: Map<bigint, Rational>;
}

const MAX_BITS = 200;
const MAX_PRIME = 2_000n;
/** Furthest apart two factorials are that are brought to one. */
const MAX_SPAN = 2_000n;
const MAX_FACTORIALS = 10;
const ONE = rational(1n);

/** Whether two positive constants have the same factors; undefined where they are no such products. */
export function sameFactors(a: Node, b: Node): boolean | undefined {
  const factors: Factors = { primes: new Map(), factorials: new Map() };
  if (!collect(a, ONE, factors) || !collect(b, rational(-1n), factors) || !withoutFactorials(factors)) return undefined;
  return [...factors.primes.values()].every((exponent) => exponent.n === 0n);
}

function collect(node: Node, power: Rational, out: Factors): boolean {
  switch (node.kind) {
    case 'mul':
      return node.args.every((arg) => collect(arg, power, out));
    case 'div':
      return collect(node.top, power, out) && collect(node.bottom, minus(power), out);
    case 'pow': {
      const exponent = exactValue(node.exponent, new Map());
      return exponent !== undefined && collect(node.base, multiply(power, exponent), out);
    }
    case 'call':
      if (node.name === 'factorial') return collectFactorial(node.args[0] as Node, power, out);
      break;
    default:
  }
  const value = exactValue(node, new Map());
  if (!value || value.n <= 0n || bitLength(value.n) > MAX_BITS || bitLength(value.d) > MAX_BITS) return false;
  factor(value.n, power, out.primes);
  factor(value.d, minus(power), out.primes);
  return true;
}

function collectFactorial(arg: Node, power: Rational, out: Factors): boolean {
  const value = exactValue(arg, new Map());
  if (value?.d !== 1n || value.n < 0n || bitLength(value.n) > MAX_BITS) return false;
  raise(out.factorials, value.n, power);
  return true;
}

const minus = (value: Rational): Rational => ({ n: -value.n, d: value.d });

const raise = (map: Map<bigint, Rational>, key: bigint, power: Rational): void => {
  map.set(key, add(map.get(key) ?? rational(0n), power));
};

function factor(n: bigint, power: Rational, primes: Map<bigint, Rational>): void {
  let left = n;
  for (let p = 2n; p <= MAX_PRIME && p * p <= left; p += p === 2n ? 1n : 2n) {
    while (left % p === 0n) {
      raise(primes, p, power);
      left /= p;
    }
  }
  if (left > 1n) raise(primes, left, power);
}

/** Writes every factorial as the least one times the numbers between; false where they do not cancel. */
function withoutFactorials({ primes, factorials }: Factors): boolean {
  const open = [...factorials].filter(([, power]) => power.n !== 0n).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const [least] = open;
  if (!least) return true;
  if (open.length > MAX_FACTORIALS) return false;
  let total = rational(0n);
  for (const [n, power] of open) {
    if (n - least[0] > MAX_SPAN) return false;
    for (let k = least[0] + 1n; k <= n; k++) factor(k, power, primes);
    total = add(total, power);
  }
  return total.n === 0n;
}

/** A constant with logarithms of powers of positive constants as multiples: ln(2^n) = n ln 2; undefined where there are none. */
export function withoutLogsOfPowers(node: Node): Node | undefined {
  return some(node, isLogOfPower) ? rewritten(node) : undefined;
}

const isLogOfPower = (node: Node): boolean =>
  node.kind === 'call' &&
  /^(?:ln|log)$/.test(node.name) &&
  node.args[0]?.kind === 'pow' &&
  (exactValue(node.args[0].base, new Map())?.n ?? 0n) > 0n;

function rewritten(node: Node): Node {
  if (node.kind !== 'call' || !isLogOfPower(node)) return mapChildren(node, rewritten);
  const [arg, ...base] = node.args as [Extract<Node, { kind: 'pow' }>, ...Node[]];
  return { kind: 'mul', args: [arg.exponent, { ...node, args: [arg.base, ...base] }] };
}
