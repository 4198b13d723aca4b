/** Lists whose items are named (`x = 1, y = 2`, `2 boys, 6 girls`): which item of one side answers which of the other. */
import { formOf } from '../form.js';
import { isScalar, type Node } from '../nodes.js';
import { unitOf } from '../units.js';
import { labelsAgree, unwrap } from './label.js';
import { plainWords } from './text.js';

/** How the items of two lists are to be paired; `named` is without order, but names must fit. */
export type Pairing = 'unordered' | 'named' | 'ordered' | 'none';

/** Items with a label carried on to those after it that have none: `y = 2, 3` is y = 2 and y = 3. */
export function withCarriedLabels(items: readonly Node[]): readonly Node[] {
  let label: Node | undefined;
  return items.flatMap(eachNamed).map((item) => {
    if (item.kind === 'relation') {
      label = item.ops.length === 1 && item.ops[0] === '=' ? unwrap(item).label : undefined;
      return item;
    }
    return label && isScalar(item) ? { kind: 'relation', sides: [label, item], ops: ['='] } : item;
  });
}

/** `a = b = 1` as a = 1 and b = 1. */
function eachNamed(item: Node): readonly Node[] {
  const names = item.kind === 'relation' && item.ops.every((op) => op === '=') ? item.sides.slice(0, -1) : [];
  if (item.kind !== 'relation' || names.length < 2 || !names.every((side) => side.kind === 'sym')) return [item];
  return names.map((name) => ({ kind: 'relation', sides: [name, item.sides.at(-1) as Node], ops: ['='] }));
}

/** What an item is said to be of: its label, or the noun that it counts. */
function nameOf(item: Node): Node | undefined {
  if (item.kind === 'relation' && item.ops.length === 1 && item.ops[0] === 'in') return undefined;
  const { label } = unwrap(item);
  if (label || item.kind !== 'quantity' || unitOf(item.unit)) return label;
  return { kind: 'text', value: plainWords(item.unit).replace(/(?<=\p{L}{2})s\b/gu, '') };
}

/** Whether two items may answer each other: names on both sides must agree. */
export function namesFit(gold: Node, answer: Node): boolean {
  const [a, b] = [nameOf(gold), nameOf(answer)];
  return !a || !b || labelsAgree(a, b);
}

/** How the items of gold and answer are to be paired, by what names they have. */
export function pairingOf(golds: readonly Node[], answers: readonly Node[], goldIsSet: boolean): Pairing {
  const [a, b] = [golds.map(nameOf), answers.map(nameOf)];
  const [goldNames, answerNames] = [distinct(a), distinct(b)];
  if (goldNames.length < 2 && answerNames.length < 2) return 'named';
  const [few, many, items] =
    goldNames.length < answerNames.length ? [goldNames, answerNames, b] : [answerNames, goldNames, a];
  if (few.length > 0) {
    const told = few.some((name) => many.some((other) => (name.kind === 'text') === (other.kind === 'text')));
    return told ? 'named' : items.length === many.length ? 'ordered' : 'none';
  }
  // One side names its items, the other has none: by the order, save that the roots x_1, x_2 have no order.
  if (areRoots(many)) return 'unordered';
  return goldIsSet || many.length !== items.length ? 'none' : 'ordered';
}

function distinct(names: readonly (Node | undefined)[]): readonly Node[] {
  const found = new Map<string, Node>();
  for (const name of names) if (name) found.set(formOf(name), name);
  return [...found.values()];
}

const areRoots = (names: readonly Node[]): boolean => {
  const bases = names.map((name) => (name.kind === 'sym' ? /^([xzr]|\\lambda)_\d$/.exec(name.name)?.[1] : undefined));
  return bases[0] !== undefined && bases.every((base) => base === bases[0]);
};

/** Items in the order of a tuple: coordinates by their names where they have them. Undefined where a name comes twice. */
export function inTupleOrder(items: readonly Node[]): readonly Node[] | undefined {
  const names = items.map((item) => (item.kind === 'relation' ? unwrap(item).label : undefined));
  const found = distinct(names);
  if (found.length === 0) return items;
  if (found.length !== items.length) return undefined;
  const spelled = names.map((name) => (name?.kind === 'sym' ? name.name : ''));
  return spelled.every((name) => /^[xyz]$/.test(name))
    ? items.toSorted((a, b) => (formOf(a) < formOf(b) ? -1 : 1))
    : items;
}

/** `a < b < c` as `a < b` and `b < c`; undefined for what is no chain of inequalities. */
export function linksOf(node: Node): readonly Node[] | undefined {
  if (node.kind !== 'relation' || node.ops.length < 2 || !node.ops.every((op) => /^[<>]=?$/.test(op))) return undefined;
  return node.ops.map((op, i) => ({ kind: 'relation', sides: node.sides.slice(i, i + 2), ops: [op] }));
}
