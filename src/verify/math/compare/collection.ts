/** Sets and lists without order, tuples and intervals with it. */
import { exactConstant } from '../equal.js';
import { bitLength } from '../fixed.js';
import { mapChildren, some, type Node } from '../nodes.js';
import { productCost, spend } from '../work.js';
import { no, yes, type CompareContext, type Equality } from './context.js';
import { variantsOf } from './variants.js';

type Compare = (gold: Node, answer: Node, context: CompareContext) => Equality;
type Group = Extract<Node, { kind: 'group' }>;

/** Most pairs of items that are compared one by one where they are not all plain numbers. */
const MAX_PAIRS = 10_000;

/**
 * The items of what answers with several values: a set, a list, values with `\pm`. Undefined for a single value.
 * Groups of assignments (`p = 5, q = 2; p = 7, q = 2`) become tuples of their values.
 */
export function itemsOf(node: Node): readonly Node[] | undefined {
  if (node.kind === 'set') return node.items.flatMap((item) => (item.kind === 'set' ? [item] : variantsOf(item)));
  if (node.kind === 'list') {
    const groups = node.grouped ? node.items.map(asTuple) : regrouped(node.items);
    return groups.flatMap((item) =>
      item.kind === 'list' || item.kind === 'set' ? (itemsOf(item) ?? [item]) : variantsOf(item),
    );
  }
  if (node.kind === 'relation' || node.kind === 'text') return undefined;
  const variants = variantsOf(node);
  return variants.length > 1 ? variants : undefined;
}

const asTuple = (node: Node): Node =>
  node.kind === 'list' ? { kind: 'group', open: '(', close: ')', items: node.items } : node;

/** `p = 5, q = 2, p = 7, q = 2`: labels that come round again part groups. */
function regrouped(items: readonly Node[]): readonly Node[] {
  const names = items.map((item) =>
    item.kind === 'relation' && item.ops.length === 1 && item.ops[0] === '=' && item.sides[0]?.kind === 'sym'
      ? item.sides[0].name
      : undefined,
  );
  const period = names.indexOf(names[0], 1);
  if (
    names[0] === undefined ||
    period < 2 ||
    names.length % period !== 0 ||
    !names.every((name, i) => name === names[i % period])
  )
    return items;
  return Array.from({ length: items.length / period }, (_, k) =>
    asTuple({ kind: 'list', items: items.slice(k * period, (k + 1) * period) }),
  );
}

/** Every item of one equals an item of the other, both ways: repeats do not count. */
export function compareUnordered(
  gold: readonly Node[],
  answer: readonly Node[],
  context: CompareContext,
  compare: Compare,
): Equality {
  const [a, b] = [exactKeys(gold), exactKeys(answer)];
  if (a && b)
    return a.size === b.size && [...a].every((key) => b.has(key))
      ? yes('same-set')
      : comparePairs(gold, answer, context, compare, true);
  return comparePairs(gold, answer, context, compare, false);
}

function comparePairs(
  gold: readonly Node[],
  answer: readonly Node[],
  context: CompareContext,
  compare: Compare,
  plain: boolean,
): Equality {
  // Plain numbers that differ exactly can only agree as decimals.
  if (plain && !some({ kind: 'list', items: [...gold, ...answer] }, (n) => n.kind === 'num' && n.places !== undefined))
    return no('different-set');
  if (gold.length * answer.length > MAX_PAIRS) return no('set-too-large');
  if (gold.length * 2 < answer.length && distinct(answer) > gold.length * 2) return no('different-set');
  const used = new Set<number>();
  for (const item of gold) {
    let found = false;
    for (let i = 0; i < answer.length && !found; i++) {
      if (compare(item, answer[i] as Node, context).equal) {
        used.add(i);
        found = true;
      }
    }
    if (!found) return no('different-set');
  }
  for (let i = 0; i < answer.length; i++) {
    if (!used.has(i) && !gold.some((item) => compare(item, answer[i] as Node, context).equal))
      return no('different-set');
  }
  return yes('same-set');
}

const distinct = (items: readonly Node[]): number => exactKeys(items)?.size ?? 0;

/** The items as exact fractions, where they all are. */
function exactKeys(items: readonly Node[]): Set<string> | undefined {
  const keys = new Set<string>();
  for (const item of items) {
    const value = item.kind === 'num' || item.kind === 'neg' || item.kind === 'div' ? exactConstant(item) : undefined;
    if (!value) return undefined;
    spend(2 * productCost(bitLength(value.n) + bitLength(value.d)));
    keys.add(`${value.n}/${value.d}`);
  }
  return keys;
}

/** Tuples, points, intervals: same brackets, same items in the same order. */
export function compareGroups(gold: Group, answer: Group, context: CompareContext, compare: Compare): Equality {
  if (gold.open !== answer.open || gold.close !== answer.close) return no('different-brackets');
  return compareOrdered(...aligned(gold.items, answer.items), context, compare, 'same-tuple');
}

/** Items that all have names, in the order of their names. */
function aligned(golds: readonly Node[], answers: readonly Node[]): [readonly Node[], readonly Node[]] {
  const name = (item: Node): string =>
    item.kind === 'relation' && item.sides[0]?.kind === 'sym' ? item.sides[0].name : '';
  if (![...golds, ...answers].every((item) => name(item) !== '')) return [golds, answers];
  const sorted = (items: readonly Node[]): readonly Node[] => items.toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
  return [sorted(golds), sorted(answers)];
}

export function compareOrdered(
  gold: readonly Node[],
  answer: readonly Node[],
  context: CompareContext,
  compare: Compare,
  rule: string,
): Equality {
  if (gold.length !== answer.length) return no('different-length');
  for (let i = 0; i < gold.length; i++) {
    const item = compare(gold[i] as Node, answer[i] as Node, context);
    if (!item.equal) return no('different-item');
  }
  return yes(rule);
}

/** Renames symbols, in an answer whose names are free to differ. */
export function renamed(node: Node, names: ReadonlyMap<string, string>): Node {
  if (node.kind === 'sym') return { kind: 'sym', name: names.get(node.name) ?? node.name };
  return mapChildren(node, (child) => renamed(child, names));
}
