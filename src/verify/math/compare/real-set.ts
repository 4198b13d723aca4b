/** Sets of real numbers as disjoint pieces in order: intervals, unions, inequalities and single points in one form. */
import { equalScalars, exactConstant, realValue } from '../equal.js';
import { formOf } from '../form.js';
import { integer, isScalar, mapChildren, symbolsOf, type Node, type Relation } from '../nodes.js';
import { comparesValues } from '../relations.js';
import { spend } from '../work.js';
import { compareScalars, infiniteSign } from './scalar.js';
import { no, yes, type CompareContext, type Equality } from './context.js';

/** An end of a piece; `at` absent means infinity. */
interface End {
  at?: Node;
  position: number;
  closed: boolean;
}

interface Piece {
  low: End;
  high: End;
}

export interface RealSet {
  pieces: readonly Piece[];
  /** The variable an inequality is about. */
  variable?: Node;
}

const MAX_PIECES = 500;
const BITS = 160;
const EVERYTHING: Piece = { low: { position: -Infinity, closed: false }, high: { position: Infinity, closed: false } };

/** The real set a node describes; undefined where it is none, or not one that is understood. */
export function realSetOf(node: Node): RealSet | undefined {
  switch (node.kind) {
    case 'reals':
      return { pieces: [EVERYTHING] };
    case 'group':
      return intervalOf(node);
    case 'set':
      return ofParts(node.items.map(pointOrSet), union);
    case 'union':
      return ofParts(node.args.map(realSetOf), union);
    case 'intersection':
      return ofParts(node.args.map(realSetOf), intersect);
    case 'difference':
      return ofParts(node.args.map(realSetOf), (a, b) => intersect(a, complement(b)));
    case 'relation':
      return solve(node);
    case 'list':
      return ofConditions(node.items, node.alternatives ?? false);
    default:
      return undefined;
  }
}

/** Whether a node is written as a set of reals (and not as a point or a list of numbers). */
export function looksLikeRealSet(node: Node): boolean {
  switch (node.kind) {
    case 'reals':
    case 'union':
    case 'intersection':
    case 'difference':
      return true;
    case 'relation':
      return node.ops.some((op) => op === 'in' || (op !== '=' && comparesValues(op)));
    case 'list':
    case 'set':
      return node.items.some(
        (item) =>
          looksLikeRealSet(item) ||
          (item.kind === 'group' && item.items.length === 2 && (item.open === '[' || item.close === ']')),
      );
    case 'group':
      return node.items.length === 2 && node.items.some((item) => infiniteSign(item) !== 0);
    default:
      return false;
  }
}

/** Conditions side by side hold together; where they cannot, or an "or" stands between them, they are alternatives. */
function ofConditions(items: readonly Node[], alternatives: boolean): RealSet | undefined {
  if (
    !items.every(
      (item) => item.kind === 'relation' || item.kind === 'group' || item.kind === 'set' || item.kind === 'union',
    )
  )
    return undefined;
  const sets = items.map(realSetOf);
  const relations = !alternatives && items.every((item) => item.kind === 'relation');
  const both = relations ? ofParts(sets, intersect) : undefined;
  return both && both.pieces.length > 0 ? both : ofParts(sets, union);
}

function ofParts(
  parts: readonly (RealSet | undefined)[],
  operate: (a: readonly Piece[], b: readonly Piece[]) => readonly Piece[],
): RealSet | undefined {
  if (parts.length > MAX_PIECES) return undefined;
  let total: RealSet | undefined;
  for (const part of parts) {
    if (!part) return undefined;
    // Conditions on two variables are no set of reals.
    if (total?.variable && part.variable && formOf(total.variable) !== formOf(part.variable)) return undefined;
    const variable = total?.variable ?? part.variable;
    total = { pieces: total ? operate(total.pieces, part.pieces) : part.pieces, ...(variable && { variable }) };
  }
  return total ?? { pieces: [] };
}

function intervalOf(node: Extract<Node, { kind: 'group' }>): RealSet | undefined {
  if (node.items.length !== 2) return undefined;
  const [low, high] = [
    endOf(node.items[0] as Node, node.open === '['),
    endOf(node.items[1] as Node, node.close === ']'),
  ];
  if (!low || !high || low.position > high.position) return undefined;
  return { pieces: normal([{ low, high }]) };
}

const pointOrSet = (node: Node): RealSet | undefined => {
  if (node.kind === 'group' || node.kind === 'set') return realSetOf(node);
  const end = endOf(node, true);
  return end?.at ? { pieces: [{ low: end, high: end }] } : undefined;
};

function endOf(node: Node, closed: boolean): End | undefined {
  const sign = infiniteSign(node);
  spend(20);
  if (sign !== 0) return { position: sign * Infinity, closed: false };
  if (!isScalar(node) || symbolsOf(node).size > 0) return undefined;
  const value = realValue(node, BITS);
  return value === undefined ? undefined : { at: node, position: Number(value >> BigInt(BITS - 60)) / 2 ** 60, closed };
}

const same = (a: End, b: End): boolean => {
  spend(2);
  return (
    a.position === b.position ||
    (a.at !== undefined &&
      b.at !== undefined &&
      Math.abs(a.position - b.position) < 1e-9 * Math.max(1, Math.abs(a.position)) &&
      equalScalars(a.at, b.at).equal)
  );
};
const isEmpty = (p: Piece): boolean =>
  same(p.low, p.high) ? !(p.low.closed && p.high.closed) : p.low.position > p.high.position;

/** In order, without empty pieces, with pieces that touch made one. */
function normal(pieces: readonly Piece[]): Piece[] {
  const sorted = pieces
    .filter((piece) => !isEmpty(piece))
    .toSorted((a, b) =>
      same(a.low, b.low) ? Number(b.low.closed) - Number(a.low.closed) : a.low.position - b.low.position,
    );
  const out: Piece[] = [];
  for (const piece of sorted) {
    const last = out.at(-1);
    const touches =
      last &&
      (same(last.high, piece.low) ? last.high.closed || piece.low.closed : last.high.position > piece.low.position);
    if (!last || !touches) out.push(piece);
    else out[out.length - 1] = { low: last.low, high: later(last.high, piece.high) };
  }
  return out;
}

const later = (a: End, b: End): End => (same(a, b) ? (a.closed ? a : b) : a.position > b.position ? a : b);
const sooner = (a: End, b: End): End => (same(a, b) ? (a.closed ? b : a) : a.position < b.position ? a : b);
const latestLow = (a: End, b: End): End => (same(a, b) ? (a.closed ? b : a) : a.position > b.position ? a : b);

const union = (a: readonly Piece[], b: readonly Piece[]): Piece[] => normal([...a, ...b]);
const intersect = (a: readonly Piece[], b: readonly Piece[]): Piece[] =>
  normal(a.flatMap((p) => b.map((q) => ({ low: latestLow(p.low, q.low), high: sooner(p.high, q.high) }))));

function complement(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  let low: End = EVERYTHING.low;
  for (const piece of pieces) {
    out.push({ low, high: { ...piece.low, closed: piece.low.at !== undefined && !piece.low.closed } });
    low = { ...piece.high, closed: piece.high.at !== undefined && !piece.high.closed };
  }
  out.push({ low, high: EVERYTHING.high });
  return normal(out.filter((piece) => piece.low.position !== Infinity && piece.high.position !== -Infinity));
}

/** The solutions of a chain of inequalities in one variable that stands in it linearly, or inside one absolute value. */
function solve(relation: Extract<Node, { kind: 'relation' }>): RealSet | undefined {
  const { sides, ops } = relation;
  const inside = ops.indexOf('in');
  if (inside >= 0)
    return inside === 0 && ops.length === 1 && isUnknown(sides[0] as Node)
      ? withVariable(realSetOf(sides[1] as Node), sides[0] as Node)
      : undefined;
  const variable = unknownOf(sides);
  if (!variable) return undefined;
  const parts = ops.map((op, i) => solveOne(sides[i] as Node, op, sides[i + 1] as Node, variable));
  return withVariable(ofParts(parts, intersect), variable);
}

/** What may lie in a set for the set to be its solutions: a symbol or a function's value, no expression of them. */
const isUnknown = (node: Node): boolean => node.kind === 'sym' || (node.kind === 'call' && node.name.startsWith('@'));

const withVariable = (set: RealSet | undefined, variable: Node): RealSet | undefined => set && { ...set, variable };

/** What is solved for: the one symbol, or one unknown function's value as in `0 < f(x) < 1`. */
function unknownOf(sides: readonly Node[]): Node | undefined {
  const open = sides.filter((side) => symbolsOf(side).size > 0);
  const application = open.find((side) => side.kind === 'call' && side.name.startsWith('@'));
  if (application) return open.length === 1 ? application : undefined;
  const names = new Set(open.flatMap((side) => [...symbolsOf(side)]));
  return names.size === 1 ? { kind: 'sym', name: [...names][0] as string } : undefined;
}

const FLIPPED: Partial<Record<Relation, Relation>> = {
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
  '!=': '!=',
  '=': '=',
};

function solveOne(left: Node, op: Relation, right: Node, variable: Node): RealSet | undefined {
  const flipped = FLIPPED[op];
  if (!flipped) return undefined;
  if (isVariable(left, variable)) return bounded(op, right);
  if (isVariable(right, variable)) return bounded(flipped, left);
  for (const [side, other, relation] of [
    [left, right, op],
    [right, left, flipped],
  ] as const) {
    if (side.kind !== 'call' || side.name !== 'abs' || symbolsOf(other).size > 0) continue;
    const inside = side.args[0] as Node;
    const [above, below] = [
      solveOne(inside, relation, other, variable),
      solveOne(inside, FLIPPED[relation] as Relation, { kind: 'neg', arg: other }, variable),
    ];
    const outside = relation === '>' || relation === '>=' || relation === '=';
    return ofParts([above, below], outside ? union : intersect);
  }
  return variable.kind === 'sym' ? solveLinear(left, op, right, variable.name) : undefined;
}

const isVariable = (node: Node, variable: Node): boolean =>
  node.kind === 'sym' ? variable.kind === 'sym' && node.name === variable.name : node === variable;

/** Left minus right at 0, 1 and 2: a straight line where the steps are equal. */
function solveLinear(left: Node, op: Relation, right: Node, name: string): RealSet | undefined {
  const at = (x: number): Node => replace({ kind: 'add', args: [left, { kind: 'neg', arg: right }] }, name, integer(x));
  const [zero, one, two] = [exactConstant(at(0)), exactConstant(at(1)), exactConstant(at(2))];
  if (!zero || !one || !two) return undefined;
  const slope: Node = {
    kind: 'add',
    args: [
      { kind: 'num', value: one },
      { kind: 'neg', arg: { kind: 'num', value: zero } },
    ],
  };
  const next: Node = {
    kind: 'add',
    args: [
      { kind: 'num', value: two },
      { kind: 'neg', arg: { kind: 'num', value: one } },
    ],
  };
  const m = exactConstant(slope);
  if (!m || m.n === 0n || !equalScalars(slope, next).equal || exactConstant(at(7)) === undefined) return undefined;
  const seven: Node = {
    kind: 'add',
    args: [
      { kind: 'num', value: zero },
      { kind: 'mul', args: [integer(7), slope] },
    ],
  };
  if (!equalScalars(at(7), seven).equal) return undefined;
  const bound = exactConstant({ kind: 'div', top: { kind: 'neg', arg: { kind: 'num', value: zero } }, bottom: slope });
  return bound && bounded(m.n > 0n ? op : (FLIPPED[op] as Relation), { kind: 'num', value: bound });
}

function replace(node: Node, name: string, value: Node): Node {
  if (node.kind === 'sym') return node.name === name ? value : node;
  return mapChildren(node, (child) => replace(child, name, value));
}

function bounded(op: Relation, bound: Node): RealSet | undefined {
  const end = endOf(bound, op === '<=' || op === '>=' || op === '=');
  if (!end) return undefined;
  if (op === '=') return end.at ? { pieces: [{ low: end, high: end }] } : undefined;
  if (op === '!=') return { pieces: complement([{ low: { ...end, closed: true }, high: { ...end, closed: true } }]) };
  const piece = op === '<' || op === '<=' ? { low: EVERYTHING.low, high: end } : { low: end, high: EVERYTHING.high };
  return { pieces: normal([piece]) };
}

/** Piece by piece, end by end. */
export function compareRealSets(gold: RealSet, answer: RealSet, context: CompareContext): Equality {
  if (gold.pieces.length !== answer.pieces.length) return no('different-set');
  const matches = gold.pieces.every((piece, i) => {
    const other = answer.pieces[i] as Piece;
    return endsAgree(piece.low, other.low, context) && endsAgree(piece.high, other.high, context);
  });
  return matches ? yes('same-real-set') : no('different-set');
}

function endsAgree(a: End, b: End, context: CompareContext): boolean {
  if (a.closed !== b.closed) return false;
  if (!a.at || !b.at) return a.position === b.position;
  return compareScalars(a.at, b.at, context).equal;
}
