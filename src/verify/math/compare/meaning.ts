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
const BOUND = /^(?:or|and) (?:more|less|fewer|greater|above|below|over|under|up|higher|lower|larger|smaller)\b|^(?:at )?(?:least|most|minimum|maximum)\b$|^(?:plus|minus|percent|factorial|squared|cubed)\b/;

/** Words that say something of a symbol rather than count it. */
const PROPERTY = /^(?:is|are|was|were|isn't|not|has|have|divides|does)\b/;

/** What the words beside two values say of them: undefined where nothing stands against their being equal. */
export function wordsConflict(gold: string, answer: string, ofSymbols: boolean): boolean {
  const [a, b] = [plainWords(gold), plainWords(answer)];
  if (a === b) return false;
  if (BOUND.test(a) || BOUND.test(b)) return true;
  if (ofSymbols && (PROPERTY.test(a) || PROPERTY.test(b))) return true;
  if (/^th ./.test(a) !== /^th ./.test(b)) return true;
  const [own, other] = [meaningOf(a), meaningOf(b)];
  if (ofSymbols && (own.size > 0) !== (other.size > 0)) return true;
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
