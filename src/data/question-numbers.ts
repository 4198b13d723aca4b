/** The numbers of a question in the order they appear, digits and words alike. */
import { equals, parseDecimal, rational, type Rational } from './rational.js';

const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const WORD_VALUES = new Map<string, bigint>([
  ...ONES.map((word, i) => [word, BigInt(i)] as const),
  ...TENS.map((word, i) => [word, BigInt(10 * (i + 2))] as const),
  ['dozen', 12n],
  ['twice', 2n],
  ['thrice', 3n],
]);
const SCALES = new Map([
  ['hundred', 100n],
  ['thousand', 1000n],
  ['million', 1_000_000n],
]);

const TOKEN = /\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+|[a-z]+/g;

/** A number of a question; `word` tells `seven` from `7`, since words such as `one` are often no quantity. */
export interface QuestionNumber {
  value: Rational;
  word: boolean;
}

/** Every number of the text in order, repeats included: `12`, `1,200`, `3.5`, `seven`, `twenty-five`, `two hundred`. */
export function questionNumbers(question: string): QuestionNumber[] {
  const found: QuestionNumber[] = [];
  let current: bigint | undefined;
  let last = 0n;
  const flush = () => {
    if (current !== undefined) found.push({ value: rational(current), word: true });
    current = undefined;
  };
  for (const [token] of question.toLowerCase().matchAll(TOKEN)) {
    const value = WORD_VALUES.get(token);
    const scale = SCALES.get(token);
    if (value !== undefined) {
      // `twenty-five` and `two hundred six` are one number, `two three` are two.
      const joins = current !== undefined && (last === 0n ? value < 100n : last >= 20n && value > 0n && value < 10n);
      if (joins) current = (current as bigint) + value;
      else {
        flush();
        current = value;
      }
      last = value;
    } else if (scale !== undefined && current !== undefined) {
      current *= scale;
      last = 0n;
    } else {
      flush();
      const number = /^[a-z]/.test(token) ? undefined : parseDecimal(token.replace(/,/g, ''));
      if (number) found.push({ value: number, word: false });
    }
  }
  flush();
  return found;
}

/**
 * The distinct numbers of a question in order of first appearance. A number word counts only where `used` (the numbers
 * of the problem's equation) has its value: `the other one has 5 pages` names one number.
 */
export function namedNumbers(question: string, used: readonly Rational[]): Rational[] {
  const named = questionNumbers(question).filter(({ value, word }) => !word || positionOf(value, used) >= 0);
  return named.map((n) => n.value).filter((value, i, all) => positionOf(value, all) === i);
}

/** Place of a value in a list of numbers; -1 where it is not there. */
export function positionOf(value: Rational, numbers: readonly Rational[]): number {
  return numbers.findIndex((n) => equals(n, value));
}
