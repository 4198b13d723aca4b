/** The smallest parts of an expression: numbers, symbols, brackets, fractions, roots, functions, matrices. */
import { rational } from '../../data/index.js';
import { NotMathematics, type Cursor } from './cursor.js';
import { integer, type Closing, type Node, type Opening } from './nodes.js';
import { numberNode, parsePower, parseSum } from './parse-expression.js';
import { parseList } from './parse-list.js';
import { parseMatrix } from './parse-matrix.js';

const PRIMARY_COMMANDS = new Set(['frac', 'binom', 'sqrt', 'overline', 'dot', 'ddot', 'hat', 'tilde', 'widehat', 'overrightarrow', 'boxed', 'infty', 'varnothing', 'pi', 'R', 'sum', 'prod', 'int', 'lim', 'dots']);

/** Whether the next token can begin a factor that stands beside the one before it. */
export function startsPrimary(c: Cursor): boolean {
  const token = c.peek();
  if (token.kind === 'num' || token.kind === 'sym' || token.kind === 'fn' || token.kind === 'open') return true;
  if (token.kind === 'cmd') return PRIMARY_COMMANDS.has(token.value) || token.value.startsWith('begin:');
  return token.kind === 'op' && token.value === '|' && !bars.has(c);
}

/** Cursors that stand inside an absolute value, where a bar closes and never opens. */
const bars = new WeakSet<Cursor>();

export function parsePrimary(c: Cursor): Node {
  const token = c.next();
  switch (token.kind) {
    case 'num':
      return numberWithMarks(c, token.value);
    case 'sym':
      return symbol(c, token.value);
    case 'fn':
      return functionCall(c, token.value);
    case 'open':
      return bracketed(c, token.value);
    case 'text':
      return textPrimary(c, token.value);
    case 'cmd':
      return command(c, token.value);
    case 'op':
      if (token.value === '|') return absolute(c);
      throw new NotMathematics(`unexpected ${token.value}`);
    default:
      throw new NotMathematics(`unexpected ${token.value || 'end'}`);
  }
}

/** One argument of a command: a braced group, or a single digit, letter or command (`\frac12`, `\frac\pi2`). */
function argument(c: Cursor): Node {
  if (c.take('{', 'open')) return group(c);
  if (c.peek().kind === 'num') return numberNode(c.splitDigit());
  const token = c.peek();
  if (token.kind === 'sym') {
    c.next();
    return symbolNamed(token.value);
  }
  return parsePrimary(c);
}

/** The inside of `{...}`, the brace being taken already: an expression, or a list where there are commas. */
function group(c: Cursor): Node {
  const inside = parseList(c, '}');
  if (!c.take('}', 'close')) throw new NotMathematics('a brace is not closed');
  return inside;
}

function numberWithMarks(c: Cursor, literal: string): Node {
  if (c.is('_')) return based(c, literal);
  if (literal.includes('.') && (c.is('overline', 'cmd') || c.is('dot', 'cmd'))) return repeating(c, literal);
  if (literal.includes('.') && c.is('dots', 'cmd')) c.next();
  return numberNode(literal);
}

const BASE_WORDS = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen'.split(' ');

function based(c: Cursor, digits: string): Node {
  c.next();
  const braced = c.take('{', 'open');
  const token = c.next();
  const base = token.kind === 'num' ? Number(token.value) : BASE_WORDS.indexOf(token.value.trim().toLowerCase());
  if (braced && !c.take('}', 'close')) throw new NotMathematics('a base is not a number');
  if (!Number.isInteger(base) || base < 2 || base > 36) throw new NotMathematics('a base is not a number from 2 to 36');
  const clean = digits.replace(/[\s,.]+$/, '').toLowerCase();
  if (clean.length > 500) throw new NotMathematics('a number is too long');
  let [value, scale, point] = [0n, 1n, false];
  for (const char of clean) {
    if (char === '.' && !point) {
      point = true;
      continue;
    }
    const digit = /[0-9a-z]/.test(char) ? parseInt(char, 36) : 99;
    if (digit >= base) throw new NotMathematics('a digit does not exist in its base');
    value = value * BigInt(base) + BigInt(digit);
    if (point) scale *= BigInt(base);
  }
  return { kind: 'based', value: rational(value, scale), digits: clean.replace(/^0+(?=.)/, ''), base };
}

/** `0.1\overline{6}`: exactly 1/6. */
function repeating(c: Cursor, literal: string): Node {
  c.next();
  const braced = c.take('{', 'open');
  const token = c.next();
  if (token.kind !== 'num' || !/^\d{1,100}$/.test(token.value) || (braced && !c.take('}', 'close'))) throw new NotMathematics('no repeating digits');
  const [whole = '0', part = ''] = literal.split('.');
  const [all, fixed] = [BigInt(whole + part + token.value), BigInt(whole + part)];
  const scale = 10n ** BigInt(part.length) * (10n ** BigInt(token.value.length) - 1n);
  return { kind: 'num', value: rational(all - fixed, scale) };
}

function symbolNamed(name: string): Node {
  if (name === 'e' || name === 'i') return { kind: 'const', name };
  return { kind: 'sym', name };
}

/** Letters that are commonly functions: before a bracket they are applied, not multiplied. */
const FUNCTION_LETTERS = new Set(['f', 'g', 'h', 'F', 'G', 'H']);

function symbol(c: Cursor, letter: string): Node {
  let name = letter;
  if (c.is('_')) {
    c.next();
    name = `${letter}_${subscript(c)}`;
  }
  while (c.is("'")) name += c.next().value;
  if (name === 'e' || name === 'i') return symbolNamed(name);
  if (c.is('(', 'open') && isApplied(c, name)) {
    c.next();
    const inside = parseList(c, ')');
    if (!c.take(')', 'close')) throw new NotMathematics('a bracket is not closed');
    const args = inside.kind === 'list' ? inside.items : [inside];
    if (name === 'C' && args.length === 2) return { kind: 'call', name: 'binom', args };
    return { kind: 'call', name: `@${name}`, args };
  }
  return { kind: 'sym', name };
}

/** `f(...)` is a function; so is any letter before a lone number (`I(0)`), several arguments (`C(5, 2)`), or as `W(n) =`. */
function isApplied(c: Cursor, name: string): boolean {
  if (FUNCTION_LETTERS.has(name[0] as string)) return true;
  if (name.startsWith('\\')) return false;
  const lone = c.peek(2).value === ')' && c.peek(2).kind === 'close';
  if (lone && (c.peek(1).kind === 'num' || (c.peek(1).kind === 'sym' && c.peek(3).value === '='))) return true;
  let depth = 0;
  for (let ahead = 0; ; ahead++) {
    const token = c.peek(ahead);
    if (token.kind === 'end') return false;
    if (token.kind === 'open') depth++;
    else if (token.kind === 'close' && --depth === 0) return false;
    else if (depth === 1 && token.value === ',' && token.kind === 'op') return true;
  }
}

/** A subscript as part of a name: its tokens, spelled together. */
function subscript(c: Cursor): string {
  if (!c.is('{', 'open')) {
    return c.peek().kind === 'num' ? c.splitDigit() : c.next().value;
  }
  let [depth, name] = [0, ''];
  for (;;) {
    const token = c.next();
    if (token.kind === 'end') throw new NotMathematics('a subscript is not closed');
    if (token.value === '{') depth++;
    else if (token.value === '}' && --depth === 0) return name;
    else name += token.value.trim();
  }
}

function bracketed(c: Cursor, open: string): Node {
  if (open === '{') return group(c);
  const outer = bars.has(c);
  bars.delete(c);
  const inside = c.is(')', 'close') || c.is('\\}', 'close') || c.is(']', 'close') ? undefined : parseList(c, 'any');
  if (outer) bars.add(c);
  const close = c.next();
  if (close.kind !== 'close') throw new NotMathematics('a bracket is not closed');
  if (open === 'lfloor' || open === 'lceil') {
    if (!inside || close.value !== open.replace('l', 'r')) throw new NotMathematics('a bracket is not closed');
    return { kind: 'call', name: open === 'lfloor' ? 'floor' : 'ceil', args: [inside] };
  }
  const items = inside ? (inside.kind === 'list' ? inside.items : [inside]) : [];
  if (open === '\\{') {
    if (close.value !== '\\}') throw new NotMathematics('a set is not closed');
    return { kind: 'set', items };
  }
  if (open === '<(' || close.value === ')>') {
    if (open !== '<(' || close.value !== ')>') throw new NotMathematics('an angle bracket is not closed');
    return { kind: 'group', open: '(', close: ')', items };
  }
  if (!/^[)\]]$/.test(close.value) || !/^[([]$/.test(open)) throw new NotMathematics('brackets do not fit');
  if (inside && inside.kind !== 'list' && (open === '(') === (close.value === ')')) return inside;
  if (items.length !== 2 && (open === '(') !== (close.value === ')')) throw new NotMathematics('brackets do not fit');
  return { kind: 'group', open: open as Opening, close: close.value as Closing, items };
}

function absolute(c: Cursor): Node {
  const outer = bars.has(c);
  bars.add(c);
  const inside = parseSum(c);
  if (!outer) bars.delete(c);
  if (!c.take('|')) throw new NotMathematics('an absolute value is not closed');
  return { kind: 'call', name: 'abs', args: [inside] };
}

function textPrimary(c: Cursor, text: string): Node {
  if (c.is('_') && /^[\dA-Z]+$/i.test(text.trim())) return based(c, text.trim());
  let all = text;
  while (c.peek().kind === 'text') all += ` ${c.next().value}`;
  return { kind: 'text', value: all.trim() };
}

function command(c: Cursor, name: string): Node {
  if (name.startsWith('begin:')) return parseMatrix(c, name.slice(6));
  switch (name) {
    case 'frac':
      return { kind: 'div', top: argument(c), bottom: argument(c) };
    case 'binom':
      return { kind: 'call', name: 'binom', args: [argument(c), argument(c)] };
    case 'sqrt':
      return root(c);
    case 'pi':
      return { kind: 'const', name: 'pi' };
    case 'infty':
      return { kind: 'const', name: 'inf' };
    case 'varnothing':
      return { kind: 'set', items: [] };
    case 'R':
      return { kind: 'reals' };
    case 'boxed':
      return argument(c);
    case 'overline':
    case 'hat':
    case 'tilde':
    case 'widehat':
    case 'overrightarrow':
    case 'dot':
    case 'ddot':
      return decorated(c, name);
    default:
      throw new NotMathematics(`\\${name} is not evaluated`);
  }
}

/** A mark over letters: it names another quantity, except over capitals, where it is a segment or a number's digits. */
function decorated(c: Cursor, name: string): Node {
  const inside = argument(c);
  if (inside.kind === 'sym' && !/^[A-Z]/.test(inside.name)) return { kind: 'sym', name: `${name}:${inside.name}` };
  return name === 'overline' && inside.kind !== 'mul' && inside.kind !== 'sym' ? { kind: 'call', name: 'conjugate', args: [inside] } : inside;
}

function root(c: Cursor): Node {
  let index: Node | undefined;
  if (c.take('[', 'open')) {
    index = parseSum(c);
    if (!c.take(']', 'close')) throw new NotMathematics('a root has no end to its index');
  }
  const inside = c.peek().kind === 'num' ? numberNode(c.next().value) : argument(c);
  return { kind: 'call', name: 'root', args: [inside, index ?? integer(2)] };
}

function functionCall(c: Cursor, name: string): Node {
  let base: Node | undefined;
  let exponent: Node | undefined;
  for (let marks = 0; marks < 2; marks++) {
    if (c.take('_')) base = argumentOrNumber(c);
    else if (c.take('^')) exponent = c.is('-') ? (c.next(), { kind: 'neg', arg: argumentOrNumber(c) } as Node) : argumentOrNumber(c);
  }
  const args = functionArguments(c);
  if (exponent && isMinusOne(exponent) && /^(?:sin|cos|tan|cot|sec|csc)$/.test(name)) return { kind: 'call', name: `arc${name}`, args };
  const value = applied(name, args, base);
  return exponent ? { kind: 'pow', base: value, exponent } : value;
}

function argumentOrNumber(c: Cursor): Node {
  return c.peek().kind === 'num' ? numberNode(c.next().value) : argument(c);
}

function applied(name: string, args: readonly Node[], base: Node | undefined): Node {
  const first = args[0] as Node;
  if (name === 'sqrt') return { kind: 'call', name: 'root', args: [first, args[1] ?? integer(2)] };
  if (name === 'cbrt') return { kind: 'call', name: 'root', args: [first, integer(3)] };
  if (name === 'exp') return { kind: 'pow', base: { kind: 'const', name: 'e' }, exponent: first };
  if (name === 'lg') return { kind: 'call', name: 'log', args: [first, base ?? integer(10)] };
  if (name === 'ln') return { kind: 'call', name: 'ln', args: [first] };
  if (name === 'log') return { kind: 'call', name: 'log', args: base ? [first, base] : [first] };
  return { kind: 'call', name, args };
}

const isMinusOne = (node: Node): boolean => node.kind === 'neg' && node.arg.kind === 'num' && node.arg.value.n === 1n && node.arg.value.d === 1n;

/** What a function is applied to: its bracket, or the factors up to the next function, sign or comma. */
function functionArguments(c: Cursor): readonly Node[] {
  if (c.take('(', 'open')) {
    const inside = parseList(c, ')');
    if (!c.take(')', 'close')) throw new NotMathematics('a bracket is not closed');
    return inside.kind === 'list' ? inside.items : [inside];
  }
  if (c.is('{', 'open')) return [argument(c)];
  let negative = false;
  while (c.is('-') || c.is('+')) if (c.next().value === '-') negative = !negative;
  let value = parsePower(c);
  while (startsPrimary(c) && c.peek().kind !== 'fn' && !c.is('(', 'open')) {
    value = { kind: 'mul', args: [value, parsePower(c)] };
  }
  if (c.is('/') && c.peek(1).kind === 'num' && value.kind === 'const') {
    c.next();
    value = { kind: 'div', top: value, bottom: parsePower(c) };
  }
  return [negative ? { kind: 'neg', arg: value } : value];
}
