/** The smallest parts of an expression: numbers, symbols, brackets, fractions, roots, functions, matrices. */
import { NotMathematics, type Cursor } from './cursor.js';
import { integer, mapChildren, symbolsOf, type Closing, type Node, type Opening } from './nodes.js';
import { argument, group, subscript, symbolNamed } from './parse-argument.js';
import { argumentOrNumber, functionCall } from './parse-function.js';
import { determinantOf, parseMatrix } from './parse-matrix.js';
import { decorated, named, reals } from './parse-names.js';
import { based, numberNode, numberWithMarks } from './parse-number.js';
import { isCurrency } from './units.js';

/** One factor, without the powers and marks after it. Throws `NotMathematics` where none stands. */
export function parsePrimary(c: Cursor): Node {
  const token = c.next();
  switch (token.kind) {
    case 'num':
      return numberWithMarks(c, token.value);
    case 'sym':
      return token.vector ? { kind: 'sym', name: token.value, vector: true } : symbol(c, token.value);
    case 'fn':
      return functionCall(c, token.value);
    case 'open':
      return basedInBrackets(c) ?? bracketed(c, token.value);
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
    const inside = c.grammar.list(c);
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

/** `(1010)_2` */
function basedInBrackets(c: Cursor): Node | undefined {
  if (c.peek().kind !== 'num' || c.peek(1).kind !== 'close' || c.peek(2).value !== '_') return undefined;
  const digits = c.next().value;
  c.next();
  return based(c, digits);
}

function bracketed(c: Cursor, open: string): Node {
  if (open === '{') return group(c);
  const outer = c.insideBars;
  c.insideBars = false;
  const variable = open === '\\{' ? skipsBuilder(c) : undefined;
  if (variable !== undefined) {
    const conditions = c.grammar.list(c);
    if (!c.take('\\}', 'close')) throw new NotMathematics('a set is not closed');
    if (!symbolsOf(conditions).has(variable)) throw new NotMathematics('a set says nothing of its members');
    c.insideBars = outer;
    return conditions;
  }
  const builder = open === '\\{' ? builtSet(c) : undefined;
  if (builder) {
    c.insideBars = outer;
    return builder;
  }
  const inside = c.is(')', 'close') || c.is('\\}', 'close') || c.is(']', 'close') ? undefined : c.grammar.list(c);
  c.insideBars = outer;
  const close = c.next();
  if (close.kind !== 'close') throw new NotMathematics('a bracket is not closed');
  if (open === 'lfloor' || open === 'lceil') {
    if (!inside || close.value !== open.replace('l', 'r')) throw new NotMathematics('a bracket is not closed');
    return { kind: 'call', name: open === 'lfloor' ? 'floor' : 'ceil', args: [inside] };
  }
  // "(1 or 2)" is no pair.
  if (inside?.kind === 'list' && inside.alternatives && open === '(' && close.value === ')') return inside;
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

/** `\\{2k \\mid k \\in \\mathbb{Z}\\}`: a value beside the conditions on what it is made of. */
function builtSet(c: Cursor): Node | undefined {
  const mark = c.mark();
  c.insideBars = true;
  try {
    const head = c.grammar.sum(c);
    const value: Node = c.take('in') ? { kind: 'relation', sides: [head, c.grammar.primary(c)], ops: ['in'] } : head;
    if (c.take('|') || c.take(':')) {
      c.insideBars = false;
      const conditions = c.grammar.list(c);
      const items = conditions.kind === 'list' ? conditions.items : [conditions];
      if (c.take('\\}', 'close')) return { kind: 'list', items: [value, ...items] };
    }
  } catch (error) {
    if (!(error instanceof NotMathematics)) throw error;
  }
  c.insideBars = false;
  c.rewind(mark);
  return undefined;
}

/** Takes `x |`, `x :` or `x \in \mathbb{R} |` at the head of a set in builder notation: what follows says it all. */
function skipsBuilder(c: Cursor): string | undefined {
  const length = c.peek(1).value === 'in' && c.peek(2).value === 'R' ? 3 : 1;
  if (c.peek().kind !== 'sym' || c.peek(length).kind !== 'op' || !/^[|:]$/.test(c.peek(length).value)) return undefined;
  const variable = c.next().value;
  for (let i = 0; i < length; i++) c.next();
  return variable;
}

function absolute(c: Cursor): Node {
  const outer = c.insideBars;
  c.insideBars = true;
  const inside = c.grammar.sum(c);
  c.insideBars = outer;
  if (!c.take('|')) throw new NotMathematics('an absolute value is not closed');
  if (inside.kind === 'matrix') return determinantOf(inside.rows);
  return { kind: 'call', name: 'abs', args: [inside] };
}

function textPrimary(c: Cursor, text: string): Node {
  if (c.peek().kind === 'num' && isCurrency(text))
    return { kind: 'quantity', value: numberWithMarks(c, c.next().value), unit: text };
  if (c.is('_') && /^[\dA-Z]+$/i.test(text.trim())) return based(c, text.trim());
  let all = text;
  while (c.peek().kind === 'text') all += ` ${c.next().value}`;
  return { kind: 'text', value: all.trim() };
}

/** A command that is not known is a symbol where it stands alone; beside other factors it may be anything. */
function opaque(c: Cursor, name: string): Node {
  if (c.startsFactor()) throw new NotMathematics(`\\${name} is not understood`);
  return symbol(c, `\\${name}`);
}

function command(c: Cursor, name: string): Node {
  if (name.startsWith('begin:')) return parseMatrix(c, name.slice(6));
  if (name.startsWith('named:')) return named(c, name.slice(6));
  if (name.startsWith('unknown:')) return opaque(c, name.slice('unknown:'.length));
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
      return reals(c);
    case 'boxed':
      return argument(c);
    case 'sum':
    case 'prod':
      return series(c, name);
    case 'overline':
    case 'hat':
    case 'tilde':
    case 'widehat':
    case 'overrightarrow':
    case 'vec':
    case 'dot':
    case 'ddot':
      return decorated(c, name);
    default:
      throw new NotMathematics(`\\${name} is not evaluated`);
  }
}

/** `\sum_{k=1}^{n} body`: the body is one product. */
function series(c: Cursor, name: 'sum' | 'prod'): Node {
  if (!c.take('_')) throw new NotMathematics('a sum has no lower limit');
  const start = argument(c);
  if (!c.take('^')) throw new NotMathematics('a sum has no upper limit');
  const end = argumentOrNumber(c);
  const running = start.kind === 'relation' && start.ops[0] === '=' ? start.sides[0] : undefined;
  if (start.kind !== 'relation' || (running?.kind !== 'sym' && running?.kind !== 'const')) {
    throw new NotMathematics('a sum runs over no symbol');
  }
  const body = running.name === 'i' ? withIndexI(c.grammar.product(c)) : c.grammar.product(c);
  return { kind: 'call', name: `${name}:${running.name}`, args: [body, start.sides[1] as Node, end] };
}

/** Where a sum runs over i, its i is a symbol and no imaginary unit. */
function withIndexI(node: Node): Node {
  if (node.kind === 'const' && node.name === 'i') return { kind: 'sym', name: 'i' };
  return mapChildren(node, withIndexI);
}

function root(c: Cursor): Node {
  let index: Node | undefined;
  if (c.take('[', 'open')) {
    index = c.grammar.sum(c);
    if (!c.take(']', 'close')) throw new NotMathematics('a root has no end to its index');
  }
  const inside = c.peek().kind === 'num' ? numberNode(c.next().value) : argument(c);
  return { kind: 'call', name: 'root', args: [inside, index ?? integer(2)] };
}
