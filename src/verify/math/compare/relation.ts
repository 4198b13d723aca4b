/** Equations and inequalities that are not solved for one variable. */
import { constantFactor } from '../equal.js';
import { isScalar, type Node, type Relation } from '../nodes.js';
import { comparesValues, turnedRelation } from '../relations.js';
import { no, yes, type CompareContext, type Equality } from './context.js';

type RelationNode = Extract<Node, { kind: 'relation' }>;
type Compare = (gold: Node, answer: Node, context: CompareContext) => Equality;

/** Side by side, the other way round, or left minus right up to a factor that is not zero. */
export function compareRelations(
  gold: RelationNode,
  answer: RelationNode,
  context: CompareContext,
  compare: Compare,
): Equality {
  const other = turned(answer);
  if (sameSides(gold, answer, context, compare) || (other && sameSides(gold, other, context, compare)))
    return yes('same-relation');
  if (gold.ops.length !== 1 || answer.ops.length !== 1) return no('different-relation');
  if (![...gold.ops, ...answer.ops].every(comparesValues)) return no('different-relation');
  const [a, b] = [difference(gold), difference(answer)];
  const [opA, opB] = [gold.ops[0] as Relation, answer.ops[0] as Relation];
  if (!a || !b) return no('different-relation');
  const factor = constantFactor(a, b);
  if (factor === undefined) return no('different-relation');
  const turnedOp = factor > 0 ? opB : turnedRelation(opB);
  return opA === turnedOp ? yes('equivalent-equation') : no('different-relation');
}

function sameSides(a: RelationNode, b: RelationNode, context: CompareContext, compare: Compare): boolean {
  return (
    a.sides.length === b.sides.length &&
    a.ops.every((op, i) => op === b.ops[i]) &&
    a.sides.every((side, i) => compare(side, b.sides[i] as Node, context).equal)
  );
}

/** The relation read from right to left; undefined where it cannot be (`p \models q`). */
function turned(node: RelationNode): RelationNode | undefined {
  const ops = node.ops.toReversed().map(turnedRelation);
  return ops.every((op) => op !== undefined) ? { ...node, sides: node.sides.toReversed(), ops } : undefined;
}

function difference(node: RelationNode): Node | undefined {
  const [left, right] = node.sides as [Node, Node];
  return isScalar(left) && isScalar(right) ? { kind: 'add', args: [left, { kind: 'neg', arg: right }] } : undefined;
}
