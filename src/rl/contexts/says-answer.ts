/** Whether a text says an answer anywhere, in these words or as a number of the same value. Rather too often than too seldom. */
import { parseNumberText } from '../../data/number-text.js';
import { equals, rational, type Rational } from '../../data/rational.js';

/** A list counts as said where all of its parts are. An answer in words that are not its own ("a dozen") is not seen. */
export function saysAnswer(text: string, answer: string): boolean {
  if (saysOne(text, answer)) return true;
  const parts = answer
    .split(/[,;]|\band\b|\bor\b/)
    .map((part) => part.replace(/^[\s([{$\\]+|[\s)\]}$\\]+$/g, ''))
    .filter((part) => part !== '');
  return parts.length > 1 && parts.every((part) => saysOne(text, part));
}

function saysOne(text: string, answer: string): boolean {
  const value = parseNumberText(answer);
  return (
    (value !== undefined && numbersIn(text).some((number) => equals(number, size(value)))) || repeats(text, answer)
  );
}

/** `-3/4`, `\frac{1}{2}`, `1,234.5`; and the parts of a fraction by themselves. */
const FRACTION = /\d*\s*\\[dtc]?frac\s*(?:\{[^{}]*\}|\d)\s*(?:\{[^{}]*\}|\d)|\d+(?:\s+\d+)?\s*\/\s*\d+/g;
const PLAIN = /\d+(?:(?:,|\{,\})\d{3})*(?:\.\d+)?|\.\d+/g;
const WORDS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

/** Every number of a text, without signs: a minus may as well be an operator. */
function numbersIn(text: string): Rational[] {
  const spelled = (text.toLowerCase().match(/\b[a-z]+\b/g) ?? []).map((word) => WORDS.indexOf(word));
  const written = [...(text.match(FRACTION) ?? []), ...(text.match(PLAIN) ?? [])];
  return [
    ...written.flatMap((number) => parseNumberText(number) ?? []).map(size),
    ...spelled.filter((n) => n >= 0).map((n) => rational(BigInt(n))),
  ];
}

function size({ n, d }: Rational): Rational {
  return { n: n < 0n ? -n : n, d };
}

/** What changes nothing where it stands between the parts of an answer. */
const NOTHING = String.raw`(?:[\s\${}]|\\left|\\right|\\text|\\mathrm|\\[,;:!() ])*`;
const IGNORED = /\\left|\\right|\\text|\\mathrm|\\[,;:!() ]|[\s${}]/g;

/** Whether the answer's own signs stand in the text, with other blanks and brackets between them. */
function repeats(text: string, answer: string): boolean {
  const signs = answer.replace(IGNORED, ' ').match(/\\[A-Za-z]+|[A-Za-z]+|\d+|[^\sA-Za-z\d]/g);
  if (!signs) return false;
  const spelled = signs.map((sign) => sign.replace(/^\\[dtc]frac$/, '\\frac'));
  const pattern = spelled.map((sign) => sign.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join(NOTHING);
  const whole = (edge: string, sign: string) => (/^[A-Za-z\d]/.test(sign) ? edge : '');
  const source = whole('(?<![A-Za-z\\d])', spelled[0]!) + pattern + whole('(?![A-Za-z\\d])', spelled.at(-1)!);
  // Of letters alone the case counts: a choice "A" is not the article.
  return new RegExp(source, answer.length > 1 ? 'iu' : 'u').test(text.replace(/\\[dtc]frac/g, '\\frac'));
}
