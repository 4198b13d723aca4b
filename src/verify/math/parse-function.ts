/** Named functions: their powers, bases and arguments, with and without brackets. */
import { NotMathematics, type Cursor } from './cursor.js';
import { integer, type Node } from './nodes.js';
import { argument } from './parse-argument.js';
import { determinantOf } from './parse-matrix.js';
import { numberNode } from './parse-number.js';

/** A function whose name has been taken. */
export function functionCall(c: Cursor, name: string): Node {
  let base: Node | undefined;
  let exponent: Node | undefined;
  for (let marks = 0; marks < 2; marks++) {
    if (c.take('_')) base = argumentOrNumber(c);
    else if (c.take('^')) exponent = c.is('-') ? negatedArgument(c) : argumentOrNumber(c);
  }
  const args = functionArguments(c);
  if (exponent && isMinusOne(exponent) && /^(?:sin|cos|tan|cot|sec|csc)$/.test(name))
    return { kind: 'call', name: `arc${name}`, args };
  const value = applied(name, args, base);
  return exponent ? { kind: 'pow', base: value, exponent } : value;
}

/** An argument, or a number with all its digits. */
export function argumentOrNumber(c: Cursor): Node {
  return c.peek().kind === 'num' ? numberNode(c.next().value) : argument(c);
}

function applied(name: string, args: readonly Node[], base: Node | undefined): Node {
  const first = args[0] as Node;
  if (name === 'sqrt') return { kind: 'call', name: 'root', args: [first, args[1] ?? integer(2)] };
  if (name === 'cbrt') return { kind: 'call', name: 'root', args: [first, integer(3)] };
  if (name === 'cis') {
    const turn: Node = { kind: 'mul', args: [{ kind: 'const', name: 'i' }, first] };
    return { kind: 'pow', base: { kind: 'const', name: 'e' }, exponent: turn };
  }
  if (name === 'exp') return { kind: 'pow', base: { kind: 'const', name: 'e' }, exponent: first };
  if (name === 'lg') return { kind: 'call', name: 'log', args: [first, base ?? integer(10)] };
  if (name === 'ln') return { kind: 'call', name: 'ln', args: [first] };
  if (name === 'log') return { kind: 'call', name: 'log', args: base ? [first, base] : [first] };
  if (name === 'det' && first.kind === 'matrix') return determinantOf(first.rows);
  if (first.kind === 'set' && args.length === 1 && /^(?:max|min|gcd|lcm)$/.test(name))
    return { kind: 'call', name, args: first.items };
  return byOthers(name, first) ?? { kind: 'call', name, args };
}

/** Hyperbolic functions that are written by others: arsinh x = ln(x + sqrt(x^2 + 1)). */
function byOthers(name: string, x: Node): Node | undefined {
  const one = integer(1);
  const square: Node = { kind: 'pow', base: x, exponent: integer(2) };
  const ln = (arg: Node): Node => ({ kind: 'call', name: 'ln', args: [arg] });
  const beside = (other: Node): Node => ({ kind: 'add', args: [square, other] });
  const root = (arg: Node): Node => ({ kind: 'call', name: 'root', args: [arg, integer(2)] });
  switch (name) {
    case 'sech':
    case 'csch':
      return { kind: 'div', top: one, bottom: { kind: 'call', name: name === 'sech' ? 'cosh' : 'sinh', args: [x] } };
    case 'arsinh':
      return ln({ kind: 'add', args: [x, root(beside(one))] });
    case 'arcosh':
      return ln({ kind: 'add', args: [x, root(beside({ kind: 'neg', arg: one }))] });
    case 'artanh': {
      const top: Node = { kind: 'add', args: [one, x] };
      const bottom: Node = { kind: 'add', args: [one, { kind: 'neg', arg: x }] };
      return { kind: 'div', top: ln({ kind: 'div', top, bottom }), bottom: integer(2) };
    }
    default:
      return undefined;
  }
}

const isMinusOne = (node: Node): boolean =>
  node.kind === 'neg' && node.arg.kind === 'num' && node.arg.value.n === 1n && node.arg.value.d === 1n;

/** What a function is applied to: its bracket, or the factors up to the next function, sign or comma. */
function functionArguments(c: Cursor): readonly Node[] {
  if (c.take('(', 'open')) {
    const inside = c.grammar.list(c);
    if (!c.take(')', 'close')) throw new NotMathematics('a bracket is not closed');
    return inside.kind === 'list' ? inside.items : [inside];
  }
  if (c.is('{', 'open')) return [argument(c)];
  let negative = false;
  while (c.is('-') || c.is('+')) if (c.next().value === '-') negative = !negative;
  let value = c.grammar.power(c);
  while (c.startsFactor() && c.peek().kind !== 'fn' && !c.is('(', 'open')) {
    value = { kind: 'mul', args: [value, c.grammar.power(c)] };
  }
  if (c.is('/') && c.peek(1).kind === 'num' && value.kind === 'const') {
    c.next();
    value = { kind: 'div', top: value, bottom: c.grammar.power(c) };
  }
  return [negative ? { kind: 'neg', arg: value } : value];
}

function negatedArgument(c: Cursor): Node {
  c.next();
  return { kind: 'neg', arg: argumentOrNumber(c) };
}
