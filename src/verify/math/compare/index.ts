/** Compares two answers, gold first: takes labels off, then hands each kind to its comparator. */
import { exactConstant } from '../equal.js';
import { isScalar, some, symbolsOf, type Node } from '../nodes.js';
import { spend } from '../work.js';
import { inTupleOrder, linksOf, namesFit, pairingOf, withCarriedLabels } from './assignments.js';
import { compareCases } from './cases.js';
import { compareGroups, compareOrdered, compareUnordered, itemsOf, renamed } from './collection.js';
import { no, yes, type CompareContext, type Equality } from './context.js';
import { compareFamilies, familyOf, impliedFamily, looksPeriodic } from './family.js';
import { isEquation, labelsAgree, parameterOf, unwrap, type Labelled } from './label.js';
import { compareMatrices, hasMatrix } from './matrix.js';
import { compareQuantities, isMeasured } from './quantity.js';
import { compareRatios, quotientOf } from './ratio.js';
import { compareRealSets, looksLikeRealSet, realSetOf } from './real-set.js';
import { compareRelations } from './relation.js';
import { compareScalars } from './scalar.js';
import { sayTheSame } from './meaning.js';
import { capitalName, spelling } from './text.js';
import { componentsOf } from './vector.js';

export { contextOf, type CompareContext } from './context.js';

/** Whether an answer equals the gold answer. Not symmetric: docs/equivalence.md names the cases. */
export function compareAnswers(gold: Node, answer: Node, context: CompareContext): Equality {
  const families = compareAsFamilies(gold, answer, context);
  if (families) return families;
  const strict = compareLabelled(unwrap(gold), unwrap(answer), context);
  if (strict.equal || context.strictNames) return strict;
  const [from, to] = [[...symbolsOf(answer)], [...symbolsOf(gold)]];
  if (from.length !== to.length) return strict;
  const names = new Map(from.map((name, i) => [name, to[i] as string]));
  return compareLabelled(unwrap(gold), unwrap(renamed(answer, names)), context);
}

/** Undefined where neither says that it is a family of values over an integer. */
function compareAsFamilies(gold: Node, answer: Node, context: CompareContext): Equality | undefined {
  if (![gold, answer].some((node) => node.kind === 'list' || node.kind === 'relation')) return undefined;
  const [own, other] = [familyOf(gold), familyOf(answer)];
  const periodic = !own && !other && looksPeriodic(gold) && looksPeriodic(answer);
  if (!own && !other && !periodic) return undefined;
  const [a, b] = [own ?? impliedFamily(gold), other ?? impliedFamily(answer)];
  if (!a || !b) return undefined;
  const result = compareFamilies(a, b, context, compareValues);
  return result.equal || !periodic ? result : undefined;
}

/** `n = 1, 2` against a list whose items have their own labels: the label stands before each. */
function spread({ label, value, ...rest }: Labelled, other: Labelled): Labelled {
  if (!label || other.label || value.kind !== 'list' || other.value.kind !== 'list')
    return { ...(label && { label }), value, ...rest };
  if (!other.value.items.some((item) => unwrap(item).label)) return { label, value, ...rest };
  const items = value.items.map((item): Node => ({ kind: 'relation', sides: [label, item], ops: ['='] }));
  return { value: { ...value, items } };
}

function compareLabelled(goldSaid: Labelled, answerSaid: Labelled, context: CompareContext): Equality {
  const [gold, answer] = [spread(goldSaid, answerSaid), spread(answerSaid, goldSaid)];
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
  // f(n) = x + 1 is constant: its x is not the parameter of f(x).
  if (own && other && own !== other && symbolsOf(answer.value).has(own)) return no('different-name');
  const value = own && other && own !== other ? renamed(answer.value, new Map([[other, own]])) : answer.value;
  return compareValues(gold.value, value, context);
}

/** Compares two values; items of collections come back here. */
function compareValues(gold: Node, answer: Node, context: CompareContext): Equality {
  spend(10);
  if (gold.kind === 'num' && answer.kind === 'num') return compareScalars(gold, answer, context);
  if (gold.kind === 'text' || answer.kind === 'text') return compareTexts(gold, answer);
  if (gold.kind === 'cases' || answer.kind === 'cases') return compareCases(gold, answer, context, compareAnswers);
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
  const vectors = compareAsVectors(gold, answer, context);
  if (vectors) return vectors;
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

/** One side in unit vectors, the other as a tuple or matrix; undefined for anything else. */
function compareAsVectors(gold: Node, answer: Node, context: CompareContext): Equality | undefined {
  const isTuple = (node: Node): boolean => node.kind === 'group' || hasMatrix(node);
  if (isTuple(gold) === isTuple(answer)) return undefined;
  const parts = componentsOf(isTuple(gold) ? answer : gold);
  if (!parts) return undefined;
  const isFlat = (items: readonly Node[]): Node => ({ kind: 'group', open: '(', close: ')', items });
  const results = [parts, ...(exactConstant(parts[2] as Node)?.n === 0n ? [parts.slice(0, 2)] : [])].map((items) =>
    isTuple(gold) ? compareValues(gold, isFlat(items), context) : compareValues(isFlat(items), answer, context),
  );
  return results.find((result) => result.equal) ?? results[0];
}

function compareTexts(gold: Node, answer: Node): Equality {
  if (gold.kind !== 'text' || answer.kind !== 'text') return no('different-kind');
  // What is not understood is equal only where it is spelled the same, capitals and marks and all.
  if (gold.why !== undefined || answer.why !== undefined)
    return spelling(gold.value) === spelling(answer.value) ? yes('same-spelling') : no('not-understood');
  return sayTheSame(gold.value, answer.value) ? yes('same-words') : no('different-words');
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
  if (golds && answers) return compareLists(gold, golds, answer, answers, context);
  const [goldLinks, answerLinks] = [linksOf(gold), linksOf(answer)];
  if (goldLinks && answers) return compareUnordered(goldLinks, answers, context, compareAnswers);
  if (golds && answerLinks) return compareUnordered(golds, answerLinks, context, compareAnswers);
  if (gold.kind === 'group' && answer.kind === 'list' && answers && !answer.alternatives) {
    const items = inTupleOrder(answers);
    return items
      ? compareOrdered(gold.items, items, context, compareAnswers, 'tuple-without-brackets')
      : no('different-name');
  }
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

/** Two lists: in any order, save where only one names its items; names on both sides must fit. */
function compareLists(
  gold: Node,
  golds: readonly Node[],
  answer: Node,
  answers: readonly Node[],
  context: CompareContext,
): Equality {
  const [a, b] = [gold, answer].map((node, i) =>
    node.kind === 'list' ? withCarriedLabels(i === 0 ? golds : answers) : i === 0 ? golds : answers,
  ) as [readonly Node[], readonly Node[]];
  const pairing = context.strictNames ? pairingOf(a, b, gold.kind === 'set') : 'unordered';
  if (pairing === 'none') return no('different-name');
  const alternatives = [gold, answer].some((node) => node.kind === 'list' && node.alternatives);
  if (pairing === 'ordered' && alternatives) return no('different-name');
  if (pairing === 'ordered') return compareOrdered(a, b, context, compareAnswers, 'same-list');
  const compare = pairing === 'unordered' ? compareAnswers : compareNamed;
  return compareUnordered(a, b, context, compare);
}

const compareNamed = (gold: Node, answer: Node, context: CompareContext): Equality =>
  namesFit(gold, answer) ? compareAnswers(gold, answer, context) : no('different-name');

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
