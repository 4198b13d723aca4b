/** The tree an answer is read into: numbers and expressions at the bottom, sets, tuples and relations above them. */
import { rational, type Rational } from '../../data/rational.js';
import type { Relation } from './relations.js';
import { spend } from './work.js';

export type { Relation } from './relations.js';

export type Constant = 'pi' | 'e' | 'i' | 'inf';

/** Numbers, symbols and operations on them: what has a value at a point. */
export type Scalar =
  /** `places` is how many decimals were written; absent for integers and fractions. */
  | { kind: 'num'; value: Rational; places?: number }
  /** Digits with a base subscript; `value` is what they are worth. */
  | { kind: 'based'; value: Rational; digits: string; base: number }
  | { kind: 'const'; name: Constant }
  /** `vector` where it was written bold or with an arrow; its name is the same without. */
  | { kind: 'sym'; name: string; vector?: true }
  | { kind: 'neg'; arg: Node }
  | { kind: 'add'; args: readonly Node[] }
  | { kind: 'mul'; args: readonly Node[] }
  | { kind: 'div'; top: Node; bottom: Node }
  | { kind: 'pow'; base: Node; exponent: Node }
  /** A named function; names that start with `@` are unknown functions (`@f`). `root` takes radicand and index. */
  | { kind: 'call'; name: string; args: readonly Node[] }
  /** Plus or minus: `first` is absent where the sign leads. `\mp` has `flipped`. */
  | { kind: 'pm'; first?: Node; second: Node; flipped: boolean }
  | { kind: 'degrees'; arg: Node }
  | { kind: 'percent'; arg: Node };

export type Opening = '(' | '[';
export type Closing = ')' | ']';

export type Node =
  | Scalar
  /** Items in brackets: a tuple, a point, or (with two) an interval. */
  | { kind: 'group'; open: Opening; close: Closing; items: readonly Node[] }
  | { kind: 'set'; items: readonly Node[] }
  | { kind: 'union' | 'intersection' | 'difference'; args: readonly Node[] }
  | { kind: 'reals' }
  | { kind: 'matrix'; rows: readonly (readonly Node[])[] }
  | { kind: 'relation'; sides: readonly Node[]; ops: readonly Relation[] }
  /**
   * Several answers without brackets: order does not count. `grouped` where a semicolon parts groups of assignments,
   * `alternatives` where an "or" stands between them.
   */
  | { kind: 'list'; items: readonly Node[]; grouped?: boolean; alternatives?: boolean }
  /** Words, or what is no mathematics that is understood; `why` says what was not. */
  | { kind: 'text'; value: string; why?: string }
  /** Values in cases, each with its condition: a relation, or words (`otherwise`). */
  | { kind: 'cases'; values: readonly Node[]; conditions: readonly Node[] }
  /** A value with a unit or a counted noun after (or a currency before) it. */
  | { kind: 'quantity'; value: Node; unit: string }
  /** `3:5`, `12:30`, `4:51:06 p.m.`; `written` holds the parts as digits where they are digits. */
  | { kind: 'ratio'; parts: readonly Node[]; written: readonly string[] };

export const integer = (value: number | bigint): Node => ({ kind: 'num', value: rational(BigInt(value)) });

/** The same node with every direct part replaced. */
export function mapChildren(node: Node, change: (child: Node) => Node): Node {
  spend(5);
  switch (node.kind) {
    case 'num':
    case 'based':
    case 'const':
    case 'sym':
    case 'reals':
    case 'text':
      return node;
    case 'neg':
    case 'degrees':
    case 'percent':
      return { ...node, arg: change(node.arg) };
    case 'add':
    case 'mul':
    case 'call':
    case 'union':
    case 'intersection':
    case 'difference':
      return { ...node, args: node.args.map(change) };
    case 'div':
      return { ...node, top: change(node.top), bottom: change(node.bottom) };
    case 'pow':
      return { ...node, base: change(node.base), exponent: change(node.exponent) };
    case 'pm':
      return { ...node, ...(node.first && { first: change(node.first) }), second: change(node.second) };
    case 'group':
    case 'set':
    case 'list':
      return { ...node, items: node.items.map(change) };
    case 'matrix':
      return { ...node, rows: node.rows.map((row) => row.map(change)) };
    case 'relation':
      return { ...node, sides: node.sides.map(change) };
    case 'quantity':
      return { ...node, value: change(node.value) };
    case 'ratio':
      return { ...node, parts: node.parts.map(change) };
    case 'cases':
      return { ...node, values: node.values.map(change), conditions: node.conditions.map(change) };
  }
}

const NONE: readonly Node[] = [];

/** The direct parts of a node, in the order they are written. */
export function children(node: Node): readonly Node[] {
  spend(2);
  switch (node.kind) {
    case 'num':
    case 'based':
    case 'const':
    case 'sym':
    case 'reals':
    case 'text':
      return NONE;
    case 'neg':
    case 'degrees':
    case 'percent':
      return [node.arg];
    case 'add':
    case 'mul':
    case 'call':
    case 'union':
    case 'intersection':
    case 'difference':
      return node.args;
    case 'group':
    case 'set':
    case 'list':
      return node.items;
    case 'relation':
      return node.sides;
    case 'ratio':
      return node.parts;
    case 'div':
      return [node.top, node.bottom];
    case 'pow':
      return [node.base, node.exponent];
    case 'pm':
      return node.first ? [node.first, node.second] : [node.second];
    case 'matrix':
      return node.rows.flat();
    case 'quantity':
      return [node.value];
    case 'cases':
      return [...node.values, ...node.conditions];
  }
}

/** Whether a node or any part of it satisfies a test. */
export function some(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || children(node).some((child) => some(child, test));
}

/** Names of the free symbols, in order of first appearance. */
export function symbolsOf(node: Node, found: Set<string> = new Set()): Set<string> {
  if (node.kind === 'sym') found.add(node.name);
  for (const child of children(node)) symbolsOf(child, found);
  return found;
}

const SCALARS = new Set<Node['kind']>([
  'num',
  'based',
  'const',
  'sym',
  'neg',
  'add',
  'mul',
  'div',
  'pow',
  'call',
  'pm',
  'degrees',
  'percent',
]);

/** Whether a node is a number or expression all the way down (no sets, matrices, text in it). */
export function isScalar(node: Node): boolean {
  return SCALARS.has(node.kind) && children(node).every(isScalar);
}
