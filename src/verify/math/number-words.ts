/** Numbers, fractions and ordinals as English words. */
import { multiplierOf } from './vocabulary.js';

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ORDINALS =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split(
    ' ',
  );
const FRACTIONS: Readonly<Record<string, number>> = {
  half: 2,
  halves: 2,
  quarter: 4,
  quarters: 4,
  hundredth: 100,
  thousandth: 1000,
};

/** Matches one word that begins a number. */
export const NUMBER_WORD = [...SMALL, ...TENS].toSorted((a, b) => b.length - a.length).join('|');

/** The integer that words name (`two hundred and five`, `twenty-one`, `nineteen hundred`); undefined where they name none. */
export function numberOfWords(text: string): bigint | undefined {
  const words = text
    .toLowerCase()
    .split(/[\s-]+/)
    .filter((word) => word !== '' && word !== 'and');
  if (words.length === 0) return undefined;
  let [total, group] = [0n, 0n];
  let room = 0n;
  for (const word of words) {
    const small = SMALL.indexOf(word);
    const ten = TENS.indexOf(word);
    const scale = word === 'hundred' ? undefined : multiplierOf(word);
    // What follows must fit below what was said: `twenty one` is a number, `one twenty` is two.
    if (small >= 0 || ten >= 0) {
      const value = small >= 0 ? BigInt(small) : BigInt(ten + 2) * 10n;
      if (room !== 0n && value >= room) return undefined;
      group += value;
      room = ten >= 0 ? 10n : 1n;
    } else if (word === 'hundred' && group > 0n && group < 100n) {
      group *= 100n;
      room = 100n;
    } else if (scale !== undefined && group > 0n) {
      total += group * scale;
      group = 0n;
      room = scale;
    } else return undefined;
  }
  return total + group;
}

/** The n of an nth: `fifth` is 5; undefined for other words. */
export function ordinalWord(word: string): number | undefined {
  const index = ORDINALS.indexOf(word);
  return index < 0 ? undefined : index + 1;
}

/** What a part is one of: `thirds` is 3; undefined for other words. `second` is a time. */
export function fractionWord(word: string): number | undefined {
  const single = word.replace(/(?<=th|d)s$/, '');
  if (Object.hasOwn(FRACTIONS, word)) return FRACTIONS[word];
  if (Object.hasOwn(FRACTIONS, single)) return FRACTIONS[single];
  const ordinal = ordinalWord(single);
  return ordinal !== undefined && ordinal > 2 ? ordinal : undefined;
}
