/** Words beside a value that change what it says: opposites (`left` and `right`), bounds (`or more`), properties (`is even`). */
import { plainWords } from './text.js';

/** Words of one line exclude each other; what stands between commas says the same. */
const OPPOSITES = `
left; right
up, upward, upwards; down, downward, downwards
north, n; south, s; east, e; west, w
increase, increases, increasing, increased, rise, rises; decrease, decreases, decreasing, decreased, drop, drops, fall, falls
minimum, minima, minimums, smallest, least; maximum, maxima, maximums, largest, greatest
even; odd; neither
prime; composite
rational; irrational
real; imaginary, complex
positive; negative; nonnegative; nonpositive
inside; outside
above; below
gain, profit, surplus; loss, deficit
more; less, fewer
clockwise; counterclockwise, anticlockwise
am, a m; pm, p m
first; last
before, earlier, ago; after, later
convergent, converges; divergent, diverges
true; false
yes; no
win, wins; lose, loses; draw, tie
acute; obtuse
open; closed
finite, finitely; infinite, infinitely
concave; convex
parallel; perpendicular
hot; cold
buy; sell
boys, boy; girls, girl
men, man; women, woman
clubs; hearts; diamonds; spades
heads; tails
injective; surjective; bijective
red; green; blue; black; white; yellow`;

const MEANING = new Map<string, readonly [line: number, side: number]>();
for (const [line, sides] of OPPOSITES.trim().split('\n').entries())
  for (const [side, words] of sides.split(';').entries())
    for (const word of words.split(',')) MEANING.set(word.trim(), [line, side]);

/** Words after a value by which it is a bound and no value. */
const BOUND =
  /^(?:or|and) (?:more|less|fewer|greater|above|below|over|under|up|higher|lower|larger|smaller)\b|^(?:at )?(?:least|most|minimum|maximum)\b$|^(?:plus|minus|percent|factorial|squared|cubed)\b/;

/** Words that say something of a symbol rather than count it. */
const PROPERTY = /^(?:is|are|was|were|isn't|not|has|have|divides|does)\b/;

/** What the words beside two values say of them: undefined where nothing stands against their being equal. */
export function wordsConflict(gold: string, answer: string, ofSymbols: boolean): boolean {
  const [a, b] = [plainWords(gold), plainWords(answer)];
  if (a === b) return false;
  if (BOUND.test(a) || BOUND.test(b)) return true;
  if (ofSymbols && (PROPERTY.test(a) || PROPERTY.test(b))) return true;
  if (/^th\b/.test(a) !== /^th\b/.test(b)) return true;
  const [own, other] = [meaningOf(a), meaningOf(b)];
  if (ofSymbols && own.size > 0 !== other.size > 0) return true;
  for (const [line, side] of own) if (other.has(line) && other.get(line) !== side) return true;
  return false;
}

/** The sides that words take, by the line of the table. */
function meaningOf(words: string): Map<number, number> {
  const found = new Map<number, number>();
  for (const word of [words, ...words.split(/[\s-]+/)]) {
    const meaning = MEANING.get(word);
    if (meaning) found.set(meaning[0], meaning[1]);
  }
  return found;
}

/** Words of one line say the same. */
const SYNONYMS = new Map<string, string>();
for (const line of [
  "does not exist, doesn t exist, doesn't exist, dne, nonexistent, non existent, no such limit",
  'diverges, divergent, diverge, is divergent, does not converge',
  'converges, convergent, converge, is convergent',
  'increasing, increases, is increasing, increase, it increases',
  'decreasing, decreases, is decreasing, decrease, it decreases',
  'infinitely many, infinitely many solutions, infinite number, infinite number of solutions, infinite solutions',
  'undefined, is undefined, not defined, is not defined',
  'true, it is true, is true',
  'false, it is false, is false',
  'impossible, not possible, it is impossible, is impossible, cannot be done',
  'possible, it is possible, is possible',
  'cannot be determined, not enough information, cannot be determined from information given, can t be determined, indeterminate',
  'all real numbers, all reals, any real number, every real number, all real x, real numbers',
  'no solution, no solutions, has no solution, there is no solution, there are no solutions, none, no real solutions, no real solution',
]) {
  const words = line.split(',').map((word) => word.trim());
  for (const word of words) SYNONYMS.set(word, words[0] as string);
}

/** Whether two answers in words say the same: the same words, words that mean the same, or `the winner is Alice` and `Alice`. */
export function sayTheSame(gold: string, answer: string): boolean {
  const [a, b] = [said(gold), said(answer)];
  return a !== '' && (a === b || predicate(a) === b || a === predicate(b));
}

function said(text: string): string {
  const words = plainWords(text);
  return SYNONYMS.get(words) ?? words;
}

/** What a short sentence says of its subject, where it denies nothing. */
function predicate(words: string): string | undefined {
  const found = /^((?:[\p{L}\p{N}]+ ){1,5})(?:is|are|was|were) ((?:[\p{L}\p{N}'-]+ ?){1,5})$/u.exec(words);
  const [, subject = '', rest = ''] = found ?? [];
  return /\b(?:not|no|never|false|if|unless|neither|nor|without|false|wrong|it)\b/.test(`${subject}${rest}`) || !found
    ? undefined
    : said(rest);
}
