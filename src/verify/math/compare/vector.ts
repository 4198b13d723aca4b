/** Vectors in unit vectors: `2i - 3j + k` as its components. */
import { equalScalars, exactConstant } from '../equal.js';
import { integer, isScalar, mapChildren, some, type Node } from '../nodes.js';

const UNITS = ['i', 'j', 'k'] as const;

/** The components of a sum of multiples of i, j and k; undefined for anything else. The last may be zero throughout. */
export function componentsOf(node: Node): readonly Node[] | undefined {
  if (!isScalar(node) || !some(node, isUnitVector)) return undefined;
  const plain = withSymbols(node);
  const at = (values: readonly number[]): Node => placed(plain, values);
  if (exactConstant(at([0, 0, 0]))?.n !== 0n) return undefined;
  const parts = [at([1, 0, 0]), at([0, 1, 0]), at([0, 0, 1])];
  const sum: Node = {
    kind: 'add',
    args: parts.map((part, i) => ({ kind: 'mul', args: [part, { kind: 'sym', name: UNITS[i] as string }] })),
  };
  return equalScalars(plain, sum).equal ? parts : undefined;
}

/** i alone is the imaginary unit; j and k, and what is bold or has a hat, are unit vectors. */
const isUnitVector = (node: Node): boolean =>
  node.kind === 'sym' && (node.name === 'j' || node.name === 'k' || (node.name === 'i' && node.vector === true));

const withSymbols = (node: Node): Node =>
  node.kind === 'const' && node.name === 'i' ? { kind: 'sym', name: 'i' } : mapChildren(node, withSymbols);

function placed(node: Node, values: readonly number[]): Node {
  const at = node.kind === 'sym' ? UNITS.indexOf(node.name as 'i') : -1;
  return at < 0 ? mapChildren(node, (child) => placed(child, values)) : integer(values[at] as number);
}
