/** Matrices: worked out where the answer adds or multiplies them, then compared entry by entry. */
import { exactConstant } from '../equal.js';
import { children, integer, some, type Node } from '../nodes.js';
import { no, type CompareContext, type Equality } from './context.js';

type Rows = readonly (readonly Node[])[];

/** Most multiplications that are worked out. */
const MAX_WORK = 20_000;

export const hasMatrix = (node: Node): boolean => some(node, (n) => n.kind === 'matrix');

/** How many matrices are multiplied at most: entries that are no fractions double in size each time. */
const MAX_FACTORS = 10;

/** How many matrices a node takes to work out. */
function weight(node: Node): number {
  if (node.kind === 'matrix') return 1;
  const exponent = node.kind === 'pow' && node.exponent.kind === 'num' ? Number(node.exponent.value.n) : 1;
  return children(node).reduce((sum, child) => sum + weight(child), 0) * Math.max(1, exponent);
}

/** The entries of a matrix or of sums, products and powers of matrices; undefined where they do not fit. */
export function matrixOf(node: Node): Rows | undefined {
  if (weight(node) > MAX_FACTORS) return undefined;
  const value = evaluate(node);
  return value !== undefined && 'rows' in value ? value.rows : undefined;
}

type Value = { rows: Rows } | { scalar: Node };

function evaluate(node: Node): Value | undefined {
  switch (node.kind) {
    case 'matrix':
      return { rows: node.rows };
    case 'neg': {
      const inner = evaluate(node.arg);
      return inner && times({ scalar: integer(-1) }, inner);
    }
    case 'add':
      return node.args.map(evaluate).reduce((a, b) => a && b && plus(a, b));
    case 'mul':
      return node.args.map(evaluate).reduce((a, b) => a && b && times(a, b));
    case 'div': {
      const top = evaluate(node.top);
      return top && 'rows' in top
        ? times({ scalar: { kind: 'div', top: integer(1), bottom: node.bottom } }, top)
        : { scalar: node };
    }
    case 'pow':
      return power(node);
    case 'group':
      return node.items.length === 1 ? evaluate(node.items[0] as Node) : undefined;
    default:
      return { scalar: node };
  }
}

function power(node: Extract<Node, { kind: 'pow' }>): Value | undefined {
  const base = evaluate(node.base);
  if (!base || !('rows' in base)) return { scalar: node };
  const { exponent } = node;
  if (exponent.kind === 'sym' && /^(?:T|\\top|\\intercal)$/.test(exponent.name)) return { rows: transposed(base.rows) };
  if (exponent.kind !== 'num' || exponent.value.d !== 1n || exponent.value.n < 1n || exponent.value.n > 8n)
    return undefined;
  return Array.from({ length: Number(exponent.value.n) - 1 }).reduce<Value | undefined>(
    (sofar) => sofar && times(sofar, base),
    base,
  );
}

const transposed = (rows: Rows): Rows => (rows[0] ?? []).map((_, j) => rows.map((row) => row[j] as Node));

function plus(a: Value, b: Value): Value | undefined {
  if ('scalar' in a || 'scalar' in b)
    return 'scalar' in a && 'scalar' in b ? { scalar: { kind: 'add', args: [a.scalar, b.scalar] } } : undefined;
  if (a.rows.length !== b.rows.length || a.rows[0]?.length !== b.rows[0]?.length) return undefined;
  return {
    rows: a.rows.map((row, i) => row.map((entry, j) => ({ kind: 'add', args: [entry, b.rows[i]?.[j] as Node] }))),
  };
}

function times(a: Value, b: Value): Value | undefined {
  if ('scalar' in a && 'scalar' in b) return { scalar: { kind: 'mul', args: [a.scalar, b.scalar] } };
  if ('scalar' in a || 'scalar' in b) {
    const [scalar, { rows }] = ('scalar' in a ? [a.scalar, b] : [(b as { scalar: Node }).scalar, a]) as [
      Node,
      { rows: Rows },
    ];
    return { rows: rows.map((row) => row.map((entry) => ({ kind: 'mul', args: [scalar, entry] }))) };
  }
  const inner = b.rows.length;
  if (a.rows[0]?.length !== inner || a.rows.length * inner * (b.rows[0]?.length ?? 0) > MAX_WORK) return undefined;
  const columns = transposed(b.rows);
  const entry = (row: readonly Node[], column: readonly Node[]): Node =>
    worked({ kind: 'add', args: row.map((value, k) => ({ kind: 'mul', args: [value, column[k] as Node] })) });
  return { rows: a.rows.map((row) => columns.map((column) => entry(row, column))) };
}

/** A fraction where it is one, so that products of products stay small. */
function worked(node: Node): Node {
  const value = exactConstant(node);
  return value ? { kind: 'num', value } : node;
}

/** A matrix against a matrix, or a column against a point written in brackets. */
export function compareMatrices(
  gold: Node,
  answer: Node,
  context: CompareContext,
  compare: (a: Node, b: Node, context: CompareContext) => Equality,
): Equality {
  const [a, b] = [rowsOf(gold, answer), rowsOf(answer, gold)];
  if (!a || !b) return no('not-a-matrix');
  if (a.length !== b.length || a[0]?.length !== b[0]?.length) return no('different-shape');
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < (a[i] as readonly Node[]).length; j++) {
      if (!compare(a[i]?.[j] as Node, b[i]?.[j] as Node, context).equal) return no('different-entry');
    }
  }
  return { equal: true, rule: 'same-matrix' };
}

/** The rows of one side of a comparison: a tuple is a column or a row as the other is, `[[1,2],[3,4]]` has rows, `I` is the identity. */
function rowsOf(node: Node, other: Node): Rows | undefined {
  if (node.kind === 'group') return rowsOfGroup(node, other);
  if (node.kind === 'sym') return identity(node.name, other);
  return matrixOf(node);
}

function rowsOfGroup(node: Extract<Node, { kind: 'group' }>, other: Node): Rows | undefined {
  if ((node.open === '(') !== (node.close === ')') || node.items.length < 2) return undefined;
  const inner = node.items.map((item) => (item.kind === 'group' ? item.items : undefined));
  if (inner.every((row) => row !== undefined))
    return inner.every((row) => row.length === inner[0]?.length) ? inner : undefined;
  if (inner.some((row) => row !== undefined)) return undefined;
  return matrixOf(other)?.length === 1 ? [node.items] : node.items.map((item) => [item]);
}

/** `I`, `I_2`: the identity of the size of the other side. */
function identity(name: string, other: Node): Rows | undefined {
  const size = /^[IE](?:_(\d|n))?$/.exec(name)?.[1] ?? (name === 'I' ? 'n' : undefined);
  const rows = size === undefined ? undefined : matrixOf(other);
  if (!rows || rows.length !== rows[0]?.length || (size !== 'n' && Number(size) !== rows.length)) return undefined;
  return rows.map((_, i) => rows.map((__, j) => integer(i === j ? 1 : 0)));
}
