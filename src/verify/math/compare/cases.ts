/** Values in cases: case by case with their conditions, or as functions of one variable between and at the ends of cases. */
import { exactConstant } from '../equal.js';
import { formOf } from '../form.js';
import { mapChildren, symbolsOf, type Node } from '../nodes.js';
import { rational, type Rational } from '../../../data/rational.js';
import { no, yes, type CompareContext, type Equality } from './context.js';
import { realSetOf, type RealSet } from './real-set.js';
import { compareScalars } from './scalar.js';
import { plainWords } from './text.js';

type Cases = Extract<Node, { kind: 'cases' }>;
type Compare = (gold: Node, answer: Node, context: CompareContext) => Equality;

/** Most cases that are worked out point by point. */
const MAX_CASES = 30;

/** Points that are tried between two ends. */
const POINTS: readonly Rational[] = [rational(3n, 17n), rational(29n, 61n), rational(71n, 97n), rational(101n, 103n)];

export function compareCases(gold: Node, answer: Node, context: CompareContext, compare: Compare): Equality {
  if (gold.kind === 'cases' && answer.kind === 'cases' && sameCases(gold, answer, context, compare))
    return yes('same-cases');
  return sameFunction(gold, answer, context) ? yes('same-function') : no('different-cases');
}

function sameCases(gold: Cases, answer: Cases, context: CompareContext, compare: Compare): boolean {
  if (gold.values.length !== answer.values.length) return false;
  const free = new Set(answer.values.keys());
  return gold.values.every((value, i) => {
    const at = [...free].find(
      (j) =>
        sameCondition(gold.conditions[i] as Node, answer.conditions[j] as Node, context, compare) &&
        compare(value, answer.values[j] as Node, context).equal,
    );
    return at !== undefined && free.delete(at);
  });
}

function sameCondition(a: Node, b: Node, context: CompareContext, compare: Compare): boolean {
  if (isElse(a) || isElse(b)) return isElse(a) && isElse(b);
  return conditionForm(a) === conditionForm(b) || compare(a, b, context).equal;
}

/** `n is even` and `n even` are one condition. */
const conditionForm = (node: Node): string =>
  node.kind === 'quantity'
    ? `${formOf(node.value)} ${plainWords(node.unit).replace(/\b(?:is|are|be)\b\s*/g, '')}`
    : formOf(node);

const isElse = (node: Node): boolean =>
  node.kind === 'text' && /^(?:|otherwise|else|elsewhere|in all other cases)$/.test(plainWords(node.value));

/** Whether two functions of one variable, one of them at least in cases, agree at the ends of cases and between them. */
function sameFunction(gold: Node, answer: Node, context: CompareContext): boolean {
  const branches = [branchesOf(gold), branchesOf(answer)];
  const names = new Set([...symbolsOf(gold), ...symbolsOf(answer)]);
  const [name] = names;
  if (names.size !== 1 || name === undefined || branches.some((found) => found === undefined)) return false;
  const points = pointsOf(branches.flatMap((found) => (found ?? []).map(({ where }) => where)));
  return (
    points !== undefined &&
    points.every((point) => {
      const [a, b] = branches.map((found) => valueAt(found ?? [], name, point));
      return a === undefined || b === undefined ? a === b : compareScalars(a, b, context).equal;
    })
  );
}

interface Branch {
  value: Node;
  /** Absent where the branch is what is left. */
  where?: RealSet | undefined;
}

function branchesOf(node: Node): readonly Branch[] | undefined {
  if (node.kind !== 'cases') return [{ value: node }];
  if (node.values.length > MAX_CASES) return undefined;
  const found = node.conditions.map((condition, i) => ({
    value: node.values[i] as Node,
    where: isElse(condition) ? undefined : realSetOf(condition),
    last: isElse(condition),
  }));
  return found.every(({ where, last }, i) => where !== undefined || (last && i === found.length - 1))
    ? found
    : undefined;
}

/** The ends of all cases and points between them; undefined where an end is no fraction. */
function pointsOf(sets: readonly (RealSet | undefined)[]): readonly Rational[] | undefined {
  const ends: Rational[] = [];
  for (const { low, high } of sets.flatMap((set) => set?.pieces ?? [])) {
    for (const end of [low, high]) {
      if (!end.at) continue;
      const value = exactConstant(end.at);
      if (!value) return undefined;
      ends.push(value);
    }
  }
  if (ends.length === 0) return undefined;
  const sorted = ends.toSorted((a, b) => Number(a.n * b.d - b.n * a.d));
  const [least, most] = [sorted[0] as Rational, sorted.at(-1) as Rational];
  const outside = POINTS.flatMap((p) => [
    rational(least.n * p.d - 5n * p.n * least.d, least.d * p.d),
    rational(most.n * p.d + 5n * p.n * most.d, most.d * p.d),
  ]);
  const inside = sorted.slice(1).flatMap((high, i) => {
    const low = sorted[i] as Rational;
    return POINTS.map((p) => rational(low.n * high.d * (p.d - p.n) + high.n * low.d * p.n, low.d * high.d * p.d));
  });
  return [...ends, ...outside, ...inside];
}

function valueAt(branches: readonly Branch[], name: string, point: Rational): Node | undefined {
  const branch = branches.find(({ where }) => where === undefined || holds(where, point));
  return branch && replaced(branch.value, name, { kind: 'num', value: point });
}

const holds = (set: RealSet, point: Rational): boolean =>
  set.pieces.some(({ low, high }) => {
    const [above, below] = [sideOf(low.at, point), sideOf(high.at, point)];
    return (
      (above === undefined || above > 0 || (above === 0 && low.closed)) &&
      (below === undefined || below < 0 || (below === 0 && high.closed))
    );
  });

/** Where a point lies beside an end: below 0, at it 0, above 0; undefined where the end is infinity. */
function sideOf(end: Node | undefined, point: Rational): number | undefined {
  const value = end && exactConstant(end);
  return value && Number(point.n * value.d - value.n * point.d);
}

function replaced(node: Node, name: string, value: Node): Node {
  if (node.kind === 'sym') return node.name === name ? value : node;
  return mapChildren(node, (child) => replaced(child, name, value));
}
