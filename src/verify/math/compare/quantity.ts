/** Values with units, degrees and percentages: a missing unit is allowed, another unit is converted or refused. */
import { rational, type Rational } from '../../../data/rational.js';
import { integer, some, symbolsOf, type Node } from '../nodes.js';
import { isPercentWord, unitOf, type Unit } from '../units.js';
import { no, type CompareContext, type Equality } from './context.js';
import { wordsConflict } from './meaning.js';
import { plainWords } from './text.js';

type CompareValues = (gold: Node, answer: Node, context: CompareContext) => Equality;

interface Measured {
  value: Node;
  unit?: Unit;
  mark?: 'degrees' | 'radians' | 'percent';
  /** Words after the value that are no unit. */
  words?: string;
}

export const isMeasured = (node: Node): boolean =>
  node.kind === 'quantity' ||
  node.kind === 'degrees' ||
  node.kind === 'percent' ||
  (node.kind === 'neg' && isMeasured(node.arg));

function measured(node: Node): Measured {
  if (node.kind === 'degrees') return { value: node.arg, mark: 'degrees' };
  if (node.kind === 'percent') return { value: node.arg, mark: 'percent' };
  if (node.kind === 'neg' && isMeasured(node.arg)) {
    const inner = measured(node.arg);
    return { ...inner, value: { kind: 'neg', arg: inner.value } };
  }
  if (node.kind !== 'quantity') return { value: node };
  const inner = measured(node.value);
  if (inner.mark) return inner;
  if (node.unit.trim().split(/\s+/).some(isPercentWord)) return { value: inner.value, mark: 'percent' };
  const unit = unitOf(node.unit);
  if (unit?.dimension === 'angle') return { value: inner.value, mark: 'degrees' };
  if (unit?.dimension === 'radian') return { value: inner.value, mark: 'radians' };
  return unit ? { value: inner.value, unit } : { value: inner.value, words: conditionWords(node.unit) };
}

/** Compares where at least one side carries a unit or a mark; `compare` is for the bare values. */
export function compareQuantities(gold: Node, answer: Node, context: CompareContext, compare: CompareValues): Equality {
  const [a, b] = [measured(gold), measured(answer)];
  if (wordsConflict(wordsOf(gold), wordsOf(answer), a.value.kind === 'sym' && b.value.kind === 'sym'))
    return no('different-words');
  if (a.mark === 'percent' || b.mark === 'percent') return comparePercent(a, b, context, compare);
  if (a.mark !== b.mark && (a.unit || b.unit)) return no('different-unit');
  if (a.mark !== b.mark) return compareAngle(a, b, context, compare);
  if (a.unit && b.unit) {
    if (a.unit.dimension !== b.unit.dimension) return no('different-unit');
    const same = a.unit.factor.n === b.unit.factor.n && a.unit.factor.d === b.unit.factor.d;
    if (same) return compare(a.value, b.value, context);
    return named(compare(scaled(a.value, a.unit.factor), scaled(b.value, b.unit.factor), context), 'converted-unit');
  }
  if (a.words !== b.words && (isAbbreviation(a) || isAbbreviation(b)) && (a.unit ?? a.words) && (b.unit ?? b.words))
    return no('different-unit');
  if ((a.unit && isCounted(b)) || (b.unit && isCounted(a))) return no('different-unit');
  // Words after a variable are a condition on it (`n even`), which is no counted noun.
  const open = symbolsOf(a.value).size > 0 || symbolsOf(b.value).size > 0;
  if (open && (a.words ?? '') !== (b.words ?? '') && !(isNoun(a.words) && isNoun(b.words)))
    return no('different-condition');
  return compare(a.value, b.value, context);
}

/** The words that stand beside a value. */
function wordsOf(node: Node): string {
  if (node.kind === 'neg') return wordsOf(node.arg);
  return node.kind === 'quantity' ? `${wordsOf(node.value)} ${conditionWords(node.unit)}`.trim() : '';
}

/** The words without the `is` before what is said of a number: `n is even` is `n even`. */
const conditionWords = (unit: string): string =>
  plainWords(unit).replace(new RegExp(`\\b(?:is|are|be)\\s+(?=${CONDITIONS.source})`, 'g'), '');

/** Letters that are no known unit, but look like one: they stand for no other. */
const isAbbreviation = ({ words }: Measured): boolean => words !== undefined && /^[\p{L}°]{1,3}$/u.test(words);

/** Things that are counted, where the other side measures. */
const isCounted = ({ words }: Measured): boolean =>
  words !== undefined && words.endsWith('s') && !/\b(?:units|times)$/.test(words);

/** Words that say of a number what it is, rather than what it counts. */
const CONDITIONS =
  /\b(?:even|odd|primes?|composite|positive|negative|non-?negative|integers?|real|natural|whole|rational|irrational|distinct|square|not|multiples?|divisible|greater|less|at (?:least|most))\b/;
const isNoun = (words: string | undefined): boolean => words === undefined || !CONDITIONS.test(words);

const named = (result: Equality, rule: string): Equality => (result.equal ? { equal: true, rule } : result);

const scaled = (value: Node, factor: Rational): Node => ({
  kind: 'mul',
  args: [{ kind: 'num', value: factor }, value],
});

/** 50% is 50, and it is 0.5. */
function comparePercent(a: Measured, b: Measured, context: CompareContext, compare: CompareValues): Equality {
  if (a.unit || b.unit || a.mark === 'degrees' || b.mark === 'degrees') return no('different-unit');
  const plain = compare(a.value, b.value, context);
  if (plain.equal || a.mark === b.mark) return plain;
  const hundredth = rational(1n, 100n);
  const share =
    a.mark === 'percent'
      ? compare(scaled(a.value, hundredth), b.value, context)
      : compare(a.value, scaled(b.value, hundredth), context);
  return named(share, 'percent');
}

/** One degree in radians. */
const DEGREE: Node = { kind: 'div', top: { kind: 'const', name: 'pi' }, bottom: integer(180) };

/** 18 degrees are 18, and they are pi/10 where the other side says pi. */
function compareAngle(a: Measured, b: Measured, context: CompareContext, compare: CompareValues): Equality {
  const plain = compare(a.value, b.value, context);
  if (a.mark !== 'degrees' && b.mark !== 'degrees') return plain;
  const other = a.mark === 'degrees' ? b : a;
  const isAngle = (n: Node): boolean =>
    (n.kind === 'const' && n.name === 'pi') || (n.kind === 'call' && n.name.startsWith('arc'));
  if (other.mark !== 'radians' && (plain.equal || !some(other.value, isAngle))) return plain;
  const inRadians = (m: Measured): Node => (m.mark === 'degrees' ? { kind: 'mul', args: [m.value, DEGREE] } : m.value);
  return named(compare(inRadians(a), inRadians(b), context), 'degrees-in-radians');
}
