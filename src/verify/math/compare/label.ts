/** Takes `x =`, `f(x) =`, `k \in` off an answer, and the steps off `x = 5 + 6 = 11`: what is left is the value. */
import { formOf } from '../form.js';
import { isScalar, some, symbolsOf, type Node } from '../nodes.js';
import { capitalName, plainWords } from './text.js';

export interface Labelled {
  /** What the value was said to be of; absent for a bare value. */
  label?: Node;
  value: Node;
  /** The relation itself where it is one that has not been reduced to a value. */
  relation?: Extract<Node, { kind: 'relation' }>;
}

/** The label and value of a node; a relation with neither keeps itself as its value. */
export function unwrap(node: Node): Labelled {
  if (node.kind === 'list') return firstLabelled(node);
  if (node.kind === 'call') return namedPoint(node);
  if (node.kind !== 'relation') return { value: node };
  const relation = withoutApproximation(afterArrow(node));
  if (relation.kind !== 'relation') return unwrap(relation);
  const { sides, ops } = relation;
  const [first, last] = [sides[0] as Node, sides.at(-1) as Node];
  if (ops.every((op) => op === '=')) {
    if (sides.length > 2)
      return isLabel(first, last) ? { label: first, value: last, relation: equation(first, last) } : { value: last };
    if (isLabel(first, last)) return { label: first, value: last, relation };
    if (last.kind === 'sym' && isConstant(first)) return { label: last, value: first, relation: equation(last, first) };
    if (isConstant(first) && isConstant(last)) return { value: last };
    return { value: relation, relation };
  }
  // `2x \\in A` says where 2x lies, not x: only a name is a label.
  if (ops.length === 1 && (ops[0] === 'in' || ops[0] === '->') && isNamed(first, last))
    return { label: first, value: last };
  if (ops.length > 1 && ops[0] === '=' && isLabel(first, last) && ops.slice(1).every((op) => op === '='))
    return { label: first, value: last };
  return { value: relation, relation };
}

/** `A(1, 2)` is the point (1, 2), called A. */
function namedPoint(node: Extract<Node, { kind: 'call' }>): Labelled {
  if (!/^@[A-Z](?:_\w+)?'*$/.test(node.name) || node.args.length < 2) return { value: node };
  return {
    label: { kind: 'sym', name: node.name.slice(1) },
    value: { kind: 'group', open: '(', close: ')', items: node.args },
  };
}

/** `n = 1, 2, 3`: the label stands before the first of the values only. */
function firstLabelled(node: Extract<Node, { kind: 'list' }>): Labelled {
  const [head, ...rest] = node.items;
  if (head?.kind !== 'relation' || rest.some((item) => item.kind === 'relation')) return { value: node };
  const first = unwrap(head);
  if (!first.label || (head.ops.at(-1) !== '=' && head.ops.at(-1) !== 'in')) return { value: node };
  return { label: first.label, value: { ...node, items: [first.value, ...rest] } };
}

const equation = (left: Node, right: Node): Extract<Node, { kind: 'relation' }> => ({
  kind: 'relation',
  sides: [left, right],
  ops: ['='],
});

/** What follows the last arrow of a derivation: from an equation or a number. `p \\Rightarrow q` is a statement of its own. */
function afterArrow(node: Extract<Node, { kind: 'relation' }>): Node {
  const arrow = Math.max(node.ops.lastIndexOf('=>'), node.ops.lastIndexOf('->'));
  if (arrow < 0) return node;
  const derives =
    node.ops.slice(0, arrow).some((op) => op !== '=>' && op !== '->') || isConstant(node.sides[arrow] as Node);
  if (!derives) return node;
  const sides = node.sides.slice(arrow + 1);
  return sides.length === 1 ? (sides[0] as Node) : { kind: 'relation', sides, ops: node.ops.slice(arrow + 1) };
}

/** `x = 1/3 \approx 0.33` is `x = 1/3`; `x \approx 11` is `x = 11`. */
function withoutApproximation(node: Node): Node {
  if (node.kind !== 'relation') return node;
  const at = node.ops.indexOf('~=');
  if (at < 0) return node;
  const onlyLabel = at === 0 && !isConstant(node.sides[0] as Node);
  if (onlyLabel) return withoutApproximation({ ...node, ops: ['=', ...node.ops.slice(1)] });
  const sides = node.sides.slice(0, at + 1);
  return sides.length === 1 ? (sides[0] as Node) : { kind: 'relation', sides, ops: node.ops.slice(0, at) };
}

const isConstant = (node: Node): boolean =>
  symbolsOf(node).size === 0 && !some(node, (n) => n.kind === 'text' || (n.kind === 'call' && n.name.startsWith('@')));

/** Whether a left side is one name, of which the right side may be said. */
const isNamed = (left: Node, right: Node): boolean =>
  left.kind === 'sym' || left.kind === 'text' || left.kind === 'group' || left.kind === 'call'
    ? isLabel(left, right)
    : isName(left);

/** `dy/dx`: the derivative of the one by the other. */
const isDerivative = (node: Node): boolean =>
  node.kind === 'div' &&
  [node.top, node.bottom].every((part) => part.kind === 'mul' && isD(part.args[0]) && part.args.length === 2);
const isD = (node: Node | undefined): boolean =>
  node?.kind === 'sym' && (node.name === 'd' || node.name === '\\partial');

/** Whether a left side only names what the right side is the value of. */
function isLabel(left: Node, right: Node): boolean {
  if (left.kind === 'text') return true;
  if (left.kind === 'sym') return !symbolsOf(right).has(left.name);
  if (left.kind === 'call' && left.name.startsWith('@'))
    return !some(right, (n) => n.kind === 'call' && n.name === left.name);
  if (left.kind === 'group' || left.kind === 'set' || left.kind === 'list')
    return left.items.length > 0 && left.items.every((item) => isLabel(item, right));
  if (left.kind === 'matrix') return left.rows.flat().every((item) => item.kind === 'sym');
  return isDerivative(left) || (isConstant(right) && isName(left));
}

/** Points, segments, areas and their ratios: capital letters side by side, over one another, with bars or `\angle`. */
function isName(node: Node): boolean {
  switch (node.kind) {
    case 'sym':
      return /^(?:[A-Z]|\\angle|\\triangle|\\odot|\\widehat|\\vec |widehat:)/.test(node.name);
    case 'mul':
      return node.args.every(isName);
    case 'div':
      return isName(node.top) && isName(node.bottom);
    case 'ratio':
      return node.parts.every(isName);
    case 'call':
      return (
        (/^@?[A-Z]/.test(node.name) ||
          node.name === 'abs' ||
          node.name === 'max' ||
          node.name === 'min' ||
          /^(?:sin|cos|tan|cot)$/.test(node.name)) &&
        node.args.every((arg) => isName(arg) || arg.kind === 'sym')
      );
    case 'quantity':
      return isName(node.value);
    case 'degrees':
      return isName(node.arg);
    default:
      return false;
  }
}

/** How two labels stand to each other under strict names: the same thing named, two things, or not to be told. */
export function labelsAgree(a: Node, b: Node): boolean {
  if (a.kind === 'sym' && b.kind === 'sym') return a.name === b.name || sameIndexed(a.name, b.name);
  if (a.kind === 'text' && b.kind === 'text') return sameWords(a.value, b.value);
  const [first, second] = [functionName(a), functionName(b)];
  if (first && second) return first === second && sameArguments(a, b);
  if (first || second) {
    const plain = first ? b : a;
    return plain.kind !== 'sym' || plain.name === 'y' || plain.name === (first ?? second);
  }
  if (a.kind === 'group' && b.kind === 'group') {
    return a.items.length === b.items.length && a.items.every((item, i) => labelsAgree(item, b.items[i] as Node));
  }
  if (a.kind === 'text' || b.kind === 'text') return true;
  const [x, y] = [spelledName(a), spelledName(b)];
  return x === undefined || y === undefined || x === y;
}

/** A name as it is spelled; a segment is the same from either end. Undefined for what is no name. */
function spelledName(node: Node): string | undefined {
  if (node.kind === 'sym') return node.name;
  if (node.kind === 'degrees') return spelledName(node.arg);
  if (!isName(node) && !isDerivative(node)) return undefined;
  const letters = capitalName(node);
  if (letters === undefined) return formOf(node);
  return letters.length === 2 ? [...letters].toSorted().join('') : letters;
}

/** `a_n` and `a_k`: terms of one sequence. */
function sameIndexed(a: string, b: string): boolean {
  const [x, y] = [/^(.+)_([a-z])$/.exec(a), /^(.+)_([a-z])$/.exec(b)];
  return x !== null && y !== null && x[1] === y[1];
}

/** Whether one label in words says all that the other says. */
function sameWords(a: string, b: string): boolean {
  const words = (text: string): string[] =>
    (plainWords(text).match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !/^(?:of|is|for|in|its|their|and)$/.test(word));
  const [x, y] = [words(a), words(b)];
  const [few, many] = x.length < y.length ? [x, y] : [y, x];
  return few.every((word) => many.includes(word));
}

/** The same arguments, or parameters that only go by other letters: f(x) and f(t), not f(1) and f(2), P(A) and P(B). */
function sameArguments(a: Node, b: Node): boolean {
  if (a.kind !== 'call' || b.kind !== 'call' || a.args.length !== b.args.length) return false;
  const isParameter = (node: Node): boolean => node.kind === 'sym' && /^[a-z]$/.test(node.name);
  return a.args.every((arg, i) => {
    const other = b.args[i] as Node;
    return formOf(arg) === formOf(other) || (isParameter(arg) && isParameter(other));
  });
}

const functionName = (node: Node): string | undefined =>
  node.kind === 'call' && node.name.startsWith('@') ? node.name.slice(1) : undefined;

/** The parameter of a label such as `f(x)` or `a_n`; renaming it changes nothing. */
export function parameterOf(label: Node | undefined): string | undefined {
  if (label?.kind === 'sym') return /_([a-z])$/.exec(label.name)?.[1];
  if (label?.kind !== 'call' || !label.name.startsWith('@') || label.args.length !== 1) return undefined;
  const arg = label.args[0] as Node;
  return arg.kind === 'sym' ? arg.name : undefined;
}

/** Whether a label with a scalar value can be written as an equation. */
export const isEquation = (labelled: Labelled): boolean =>
  labelled.relation !== undefined &&
  labelled.relation.ops.length === 1 &&
  labelled.relation.ops[0] === '=' &&
  labelled.relation.sides.every(isScalar);
