/** Compares two answers, gold first: takes labels off, then hands each kind to its comparator. */
import { isScalar, some, symbolsOf, type Node } from '../nodes.js';
import { spend } from '../work.js';
import { compareGroups, compareOrdered, compareUnordered, itemsOf, renamed } from './collection.js';
import { no, yes, type CompareContext, type Equality } from './context.js';
import { isEquation, labelsAgree, parameterOf, unwrap, type Labelled } from './label.js';
import { compareMatrices, hasMatrix } from './matrix.js';
import { compareQuantities, isMeasured } from './quantity.js';
import { compareRatios, quotientOf } from './ratio.js';
import { compareRealSets, looksLikeRealSet, realSetOf } from './real-set.js';
import { compareRelations } from './relation.js';
import { compareScalars } from './scalar.js';
import { capitalName, plainWords } from './text.js';

export { contextOf, type CompareContext } from './context.js';

/** Whether an answer equals the gold answer. Not symmetric: docs/equivalence.md names the cases. */
export function compareAnswers(gold: Node, answer: Node, context: CompareContext): Equality {
  const strict = compareLabelled(unwrap(gold), unwrap(answer), context);
  if (strict.equal || context.strictNames) return strict;
  const [from, to] = [[...symbolsOf(answer)], [...symbolsOf(gold)]];
  if (from.length !== to.length) return strict;
  const names = new Map(from.map((name, i) => [name, to[i] as string]));
  return compareLabelled(unwrap(gold), unwrap(renamed(answer, names)), context);
}

function compareLabelled(gold: Labelled, answer: Labelled, context: CompareContext): Equality {
  if (
    isEquation(gold) &&
    isEquation(answer) &&
    !(gold.label && answer.label && labelsAgree(gold.label, answer.label))
  ) {
    const equations = compareRelations(gold.relation as never, answer.relation as never, context, compareValues);
    if (equations.equal || !gold.label || !answer.label) return equations;
  }
  if (gold.label && answer.label && context.strictNames && !labelsAgree(gold.label, answer.label))
    return no('different-name');
  const [own, other] = [parameterOf(gold.label), parameterOf(answer.label)];
  const value = own && other && own !== other ? renamed(answer.value, new Map([[other, own]])) : answer.value;
  return compareValues(gold.value, value, context);
}

/** Compares two values; items of collections come back here. */
function compareValues(gold: Node, answer: Node, context: CompareContext): Equality {
  spend(10);
  if (gold.kind === 'num' && answer.kind === 'num') return compareScalars(gold, answer, context);
  if (gold.kind === 'text' || answer.kind === 'text') return compareTexts(gold, answer);
  const measures = isMeasured(gold) || isMeasured(answer);
  const realSets = looksLikeRealSet(gold) || looksLikeRealSet(answer);
  if (realSets) {
    const result = compareAsRealSets(gold, answer, context);
    if (result) return result;
  }
  const [golds, answers] = [itemsOf(gold), itemsOf(answer)];
  if (golds || answers) return compareSeveral(gold, golds, answer, answers, context);
  if (measures) return compareQuantities(gold, answer, context, compareAnswers);
  if (gold.kind === 'relation' || answer.kind === 'relation') {
    if (gold.kind !== 'relation' || answer.kind !== 'relation') return no('different-kind');
    return compareRelations(gold, answer, context, compareValues);
  }
  if (hasMatrix(gold) || hasMatrix(answer)) return compareMatrices(gold, answer, context, compareValues);
  if (gold.kind === 'group' || answer.kind === 'group') {
    return gold.kind === 'group' && answer.kind === 'group'
      ? compareGroups(gold, answer, context, compareAnswers)
      : no('different-kind');
  }
  if (gold.kind === 'union' && answer.kind === 'union')
    return compareUnordered(gold.args, answer.args, context, compareValues);
  if (gold.kind === 'ratio' || answer.kind === 'ratio') return compareWithRatio(gold, answer, context);
  if (!isScalar(gold) || !isScalar(answer)) return no('different-kind');
  const [name, other] = [capitalName(gold), capitalName(answer)];
  if (name && other && name.length > 1) return name === other ? yes('same-name') : no('different-name');
  return compareScalars(gold, answer, context);
}

function compareTexts(gold: Node, answer: Node): Equality {
  if (gold.kind !== 'text' || answer.kind !== 'text') return no('different-kind');
  const [a, b] = [plainWords(gold.value), plainWords(answer.value)];
  return a !== '' && a === b ? yes('same-words') : no('different-words');
}

/** Undefined where the two are no real sets, so that other comparators have their say. */
function compareAsRealSets(gold: Node, answer: Node, context: CompareContext): Equality | undefined {
  const [a, b] = [realSetOf(gold), realSetOf(answer)];
  if (!a || !b) return undefined;
  const [goldIsInequality, answerIsInequality] = [isInequality(gold), isInequality(answer)];
  if (answerIsInequality && !goldIsInequality && !context.intervalsMatchInequalities)
    return no('interval-against-inequality');
  if (
    goldIsInequality &&
    answerIsInequality &&
    context.strictNames &&
    a.variable &&
    b.variable &&
    !compareValues(a.variable, b.variable, context).equal
  )
    return no('different-name');
  return compareRealSets(a, b, context);
}

const isInequality = (node: Node): boolean => some(node, (n) => n.kind === 'relation');

/** Most ways of saying one value that are looked at. */
const MAX_WAYS = 20;

/** At least one side has several values. A tuple may be answered without its brackets, in order; not the other way round. */
function compareSeveral(
  gold: Node,
  golds: readonly Node[] | undefined,
  answer: Node,
  answers: readonly Node[] | undefined,
  context: CompareContext,
): Equality {
  if (golds && answers) {
    if (gold.kind === 'quantity' || answer.kind === 'quantity')
      return compareUnordered(golds, answers, context, compareAnswers);
    return compareUnordered(golds, answers, context, compareAnswers);
  }
  if (gold.kind === 'group' && answer.kind === 'list' && answers)
    return compareOrdered(gold.items, answers, context, compareAnswers, 'tuple-without-brackets');
  if (answer.kind === 'group' && golds && isAssignments(gold))
    return compareOrdered(golds, answer.items, context, compareAnswers, 'assignments-as-tuple');
  // One value said in several ways: `15 39/40 or 639/40`.
  const several = golds ?? answers ?? [];
  if (several.length === 0 || several.length > MAX_WAYS) return no('different-count');
  for (const item of several) {
    if (!(golds ? compareAnswers(item, answer, context) : compareAnswers(gold, item, context)).equal)
      return no('different-count');
  }
  return yes('same-value');
}

/** `x = 3, y = 2`: every item labelled, each with its own name. */
function isAssignments(node: Node): boolean {
  if (node.kind !== 'list') return false;
  const names = node.items.map((item) =>
    item.kind === 'relation' && item.sides[0]?.kind === 'sym' ? item.sides[0].name : undefined,
  );
  return names.every((name) => name !== undefined) && new Set(names).size === names.length;
}

function compareWithRatio(gold: Node, answer: Node, context: CompareContext): Equality {
  if (gold.kind === 'ratio' && answer.kind === 'ratio') return compareRatios(gold, answer, context, compareValues);
  const [a, b] = [
    gold.kind === 'ratio' ? quotientOf(gold) : gold,
    answer.kind === 'ratio' ? quotientOf(answer) : answer,
  ];
  if (!a || !b || !isScalar(a) || !isScalar(b)) return no('different-kind');
  const result = compareScalars(a, b, context);
  return result.equal ? yes('ratio-as-fraction') : result;
}
