/** Plus-or-minus: what an expression with `\pm` in it stands for. */
import { children, mapChildren, some, type Node } from '../nodes.js';

const MAX_SIGNS = 4;

/** The nodes that a node with plus-or-minus signs stands for; the node alone where there are none. */
export function variantsOf(node: Node): readonly Node[] {
  if (!some(node, (n) => n.kind === 'pm')) return [node];
  // Signs that oppose each other (`\pm`, `\mp`) move together; otherwise each goes its own way.
  const count = countSigns(node);
  const linked = some(node, (n) => n.kind === 'pm' && n.flipped);
  const choices = linked || count > MAX_SIGNS ? 1 : count;
  return Array.from({ length: 1 << choices }, (_, choice) => choose(node, choice, choices, { seen: 0 }));
}

const countSigns = (node: Node): number =>
  (node.kind === 'pm' ? 1 : 0) + children(node).reduce((sum, child) => sum + countSigns(child), 0);

function choose(node: Node, choice: number, choices: number, state: { seen: number }): Node {
  if (node.kind !== 'pm') return mapChildren(node, (child) => choose(child, choice, choices, state));
  const bit = choices === 1 ? 0 : state.seen++;
  const minus = (((choice >> bit) & 1) === 1) !== node.flipped;
  const first = node.first && choose(node.first, choice, choices, state);
  const second = choose(node.second, choice, choices, state);
  const signed: Node = minus ? { kind: 'neg', arg: second } : second;
  return first ? { kind: 'add', args: [first, signed] } : signed;
}
