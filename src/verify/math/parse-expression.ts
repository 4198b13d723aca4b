/** Expressions: sums, products with and without signs, powers, postfix marks. Precedence climbing over the tokens. */
import { parseDecimal } from '../../data/rational.js';
import { NotMathematics, type Cursor } from './cursor.js';
import { integer, some, type Node } from './nodes.js';
import { parsePrimary } from './parse-primary.js';

/** `a + b`, `a - b`, `a \pm b`; a leading sign too. */
export function parseSum(c: Cursor): Node {
  return c.nested(() => {
    let left = leading(c);
    for (;;) {
      if (c.is('pm') || c.is('mp')) {
        const flipped = c.next().value === 'mp';
        left = { kind: 'pm', first: left, second: parseProduct(c), flipped };
        continue;
      }
      if (!c.is('+') && !c.is('-')) return left;
      const minus = c.next().value === '-';
      const right = parseProduct(c);
      const term: Node = minus ? { kind: 'neg', arg: right } : right;
      left = longer('add', left, term);
    }
  });
}

function leading(c: Cursor): Node {
  if (c.take('pm')) return { kind: 'pm', second: parseProduct(c), flipped: false };
  if (c.take('mp')) return { kind: 'pm', second: parseProduct(c), flipped: true };
  return parseProduct(c);
}

/** Products and quotients, left to right; factors that stand side by side are multiplied. */
export function parseProduct(c: Cursor): Node {
  return c.nested(() => {
    let left = parseSigned(c);
    for (;;) {
      if (c.take('*')) left = longer('mul', left, parseSigned(c));
      else if (c.take('×')) left = crossed(left, parseSigned(c));
      else if (c.take('/')) left = { kind: 'div', top: left, bottom: parseSigned(c) };
      else if (c.is('bmod', 'cmd')) {
        c.next();
        left = { kind: 'call', name: 'mod', args: [left, parseSigned(c)] };
      } else if (c.startsFactor()) {
        // Two numbers side by side are no product: 1 2 is not 2.
        if (c.peek().kind === 'num' && c.previous()?.kind === 'num')
          throw new NotMathematics('two numbers side by side');
        const mark = c.mark();
        const right = parsePower(c);
        if (isCondition(right)) {
          c.rewind(mark);
          return left;
        }
        left = longer('mul', left, right);
      } else return left;
    }
  });
}

/** `(x > 0)` beside an expression is a condition on it and no factor. */
const isCondition = (node: Node): boolean =>
  node.kind === 'relation' || (node.kind === 'list' && node.items.every(isCondition));

/** `\\times` between vectors is the cross product, whose order counts. */
function crossed(left: Node, right: Node): Node {
  const isVector = (node: Node): boolean => some(node, (n) => n.kind === 'sym' && n.vector === true);
  if (!isVector(left) && !isVector(right)) return longer('mul', left, right);
  return { kind: 'call', name: '@×', args: [left, right] };
}

/** A sum or product with one more part. It grows in place, being nobody else's yet: copying would take quadratic time. */
function longer(kind: 'add' | 'mul', left: Node, right: Node): Node {
  if (left.kind !== kind) return { kind, args: [left, right] };
  (left.args as Node[]).push(right);
  return left;
}

function parseSigned(c: Cursor): Node {
  let negative = false;
  while (c.is('+') || c.is('-')) if (c.next().value === '-') negative = !negative;
  if (c.is('pm') || c.is('mp')) return c.nested(() => leading(c));
  const value = parsePower(c);
  return negative ? { kind: 'neg', arg: value } : value;
}

/** A primary with its powers and postfix marks (`!`, `%`, degrees, primes). */
export function parsePower(c: Cursor): Node {
  return c.nested(() => {
    const start = c.peek();
    let value = parsePrimary(c);
    for (;;) {
      if (c.is('^')) value = power(c, value);
      else if (c.take('!'))
        value = { kind: 'call', name: c.take('!') ? 'doublefactorial' : 'factorial', args: [value] };
      else if (c.take('%')) value = { kind: 'percent', arg: value };
      else if (c.take('‰')) value = { kind: 'div', top: value, bottom: integer(1000) };
      else if (c.is('deg') && c.startsFactorAfter() && !isNumber(value)) {
        c.next();
        value = { kind: 'call', name: '@∘', args: [value, parsePower(c)] };
      } else if (c.take('deg')) value = { kind: 'degrees', arg: value };
      else if (c.is("'") && value.kind === 'sym') {
        c.next();
        value = { kind: 'sym', name: `${value.name}'` };
      } else break;
    }
    if (value.kind === 'degrees') return afterDegrees(c, value);
    return start.kind === 'num' && value.kind === 'num' ? mixed(c, value) : value;
  });
}

const isNumber = (node: Node): boolean => node.kind === 'num' || node.kind === 'add' || node.kind === 'div';

const TEMPERATURES: Readonly<Record<string, string>> = { C: 'celsius', F: 'fahrenheit', K: 'kelvin' };

/** `20^\\circ C` is a temperature; `45^\\circ 30' 15''` has minutes and seconds. */
function afterDegrees(c: Cursor, value: Extract<Node, { kind: 'degrees' }>): Node {
  const token = c.peek();
  const letter = token.kind === 'sym' || token.kind === 'text' ? token.value.trim() : '';
  const last = c.peek(1).kind === 'end' || c.peek(1).kind === 'close' || c.peek(1).kind === 'op';
  if (last && Object.hasOwn(TEMPERATURES, letter)) {
    c.next();
    return { kind: 'quantity', value: value.arg, unit: TEMPERATURES[letter] as string };
  }
  let total: Node = value.arg;
  for (const [primes, worth] of [
    [1, 60],
    [2, 3600],
  ] as const) {
    if (c.peek().kind !== 'num' || !Array.from({ length: primes }).every((_, i) => c.peek(i + 1).value === "'")) break;
    if (primes === 1 && c.peek(2).value === "'") continue;
    const part: Node = { kind: 'num', value: parseDecimal(c.next().value) ?? { n: 0n, d: 1n } };
    for (let i = 0; i < primes; i++) c.next();
    total = { kind: 'add', args: [total, { kind: 'div', top: part, bottom: integer(worth) }] };
  }
  return total === value.arg ? value : { kind: 'degrees', arg: total };
}

function power(c: Cursor, base: Node): Node {
  c.next();
  if (c.take('deg')) return { kind: 'degrees', arg: base };
  if (c.take("'")) return primed(base);
  if (c.is('{', 'open')) {
    const mark = c.mark();
    c.next();
    if (c.take('deg') && c.take('}', 'close')) return { kind: 'degrees', arg: base };
    c.rewind(mark);
    c.next();
    let primes = 0;
    while (c.take("'")) primes++;
    if (primes > 0 && c.take('}', 'close')) return Array.from({ length: primes }).reduce<Node>(primed, base);
    c.rewind(mark);
    c.next();
    const exponent = parseSum(c);
    if (!c.take('}', 'close')) throw new NotMathematics('an exponent is not closed');
    return raised(base, exponent);
  }
  let negative = false;
  while (c.is('-') || c.is('+')) if (c.next().value === '-') negative = !negative;
  const exponent = c.is('^') ? undefined : parsePrimary(c);
  if (!exponent) throw new NotMathematics('an exponent is missing');
  const signed: Node = negative ? { kind: 'neg', arg: exponent } : exponent;
  return raised(base, c.is('^') ? c.nested(() => power(c, signed)) : signed);
}

/** A power; a tuple with a transposing exponent is a column. */
function raised(base: Node, exponent: Node): Node {
  const transposes = exponent.kind === 'sym' && /^(?:T|\\top|\\intercal)$/.test(exponent.name);
  if (transposes && base.kind === 'group') return { kind: 'matrix', rows: base.items.map((item) => [item]) };
  return { kind: 'pow', base, exponent };
}

function primed(base: Node): Node {
  if (base.kind !== 'sym') return { kind: 'call', name: "@'", args: [base] };
  return { kind: 'sym', name: `${base.name}'` };
}

/** An integer directly before a proper fraction of two integers is a mixed number: `4\frac{2}{3}`, `137 1/2`. */
function mixed(c: Cursor, whole: Node): Node {
  if (whole.kind !== 'num' || whole.value.d !== 1n || whole.places !== undefined) return whole;
  const mark = c.mark();
  if (c.is('frac', 'cmd')) {
    const fraction = parsePrimary(c);
    if (isProper(fraction) && !c.is('^')) return { kind: 'add', args: [whole, fraction] };
  } else if (c.peek().kind === 'num' && c.peek().spaced && c.peek(1).value === '/' && c.peek(2).kind === 'num') {
    const top = parseDecimal(c.next().value);
    c.next();
    const bottom = parseDecimal(c.next().value);
    if (top && bottom && bottom.n !== 0n) {
      const fraction: Node = { kind: 'div', top: { kind: 'num', value: top }, bottom: { kind: 'num', value: bottom } };
      if (isProper(fraction)) return { kind: 'add', args: [whole, fraction] };
    }
  }
  c.rewind(mark);
  return whole;
}

function isProper(node: Node): boolean {
  if (node.kind !== 'div' || node.top.kind !== 'num' || node.bottom.kind !== 'num') return false;
  const [top, bottom] = [node.top.value, node.bottom.value];
  return top.d === 1n && bottom.d === 1n && top.n >= 0n && top.n < bottom.n;
}
