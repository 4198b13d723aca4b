/** Words that are mathematics: `5 dozen`, `twenty-one`, `a half`, `negative 5`, `5 choose 2`, `x squared`, `3 out of 4`. */
import { fractionWord, NUMBER_WORD, numberOfWords, ordinalWord } from './number-words.js';
import { MULTIPLIER_WORDS, multiplierOf } from './vocabulary.js';

/** What marks a word of `\text{...}`, and one that stands in the formula itself. */
const [IN, OUT, PLAIN_IN, PLAIN_OUT] = ['\uE200', '\uE201', '\uE202', '\uE203'] as const;
const word = (names: string): string => `[${IN}${PLAIN_IN}](?:${names})[${OUT}${PLAIN_OUT}]`;
/** Marks a fraction that was said in words: `2 and a half` is a sum, `2 and \frac12` two numbers. */
const SAID = '\uE204';
/** An article; in a formula a lone `a` is a letter until a rule says otherwise. */
const A = `(?:${word('a|an')}|(?<![A-Za-z\\\\])an?(?![A-Za-z]))`;
const ANY_WORD = word("[A-Za-z'-]+");

const SCALE = `(?:${MULTIPLIER_WORDS.join('|')})s?`;

/** Whether any rule could apply: most answers hold no such word. */
const TRIGGER = new RegExp(
  `(?<![A-Za-z\\\\])(?:${SCALE}|${NUMBER_WORD}|half|halves|thirds?|quarters?|(?:hundred|thousand|four|fif|six|seven|eigh|nin|ten)ths?|first|second|negative|minus|plus|times|over|divided|choose|factorial|squared|cubed|root|power|below|infinity|except|other|out|exactly|approximately|about|roughly|around|nearly)(?![A-Za-z])|\\d(?:\\^|\\{|\\\\text|\\s)*(?:st|nd|rd|th)(?![A-Za-z])`,
  'i',
);

/** Longest answer in which words are looked for. */
const MAX_LENGTH = 2_000;

/** Dates have ordinals of their own. */
const MONTH = /\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:[a-z]*uary|ch|il|ust|[a-z]*ber)?\b/i;

/** A number, a letter, or anything in brackets, that a word stands before or behind. */
const NUMBER = String.raw`\d(?:[\d,]*\d)?(?:\.\d+)?`;
const SIMPLE = String.raw`(?:${NUMBER}|(?<![A-Za-z\\])[A-Za-z](?![A-Za-z]))`;
const NEXT = String.raw`(?=[-\d\\({.a-zA-Z])`;

type Rule = readonly [pattern: RegExp, by: string | ((...groups: string[]) => string)];

const rule = (pattern: string, by: Rule[1]): Rule => [new RegExp(pattern, 'gi'), by];

/** In this order. A word that no rule takes stays a word, and is compared as one. */
const RULES: readonly Rule[] = [
  rule(`^${word('the')}\\s*(?=\\d+\\s*${word('th')})`, ''),
  rule(`${word('plus')}\\s*${word('or')}\\s*${word('minus')}\\s*${NEXT}`, '\\pm '),
  rule(`(${NUMBER})\\s*${word('and')}\\s*${SAID}(\\\\frac\\{\\d+\\}\\{\\d+\\})`, '($1+$2)'),
  rule(`^${word('exactly|approximately|about|roughly|around|nearly')}\\s*(?=[-\\d\\\\({.])`, ''),
  rule(`(${NUMBER})\\s*${word('tenths?')}`, '\\frac{$1}{10}'),
  rule(`(${NUMBER})\\s*${word('hundredths?')}`, '\\frac{$1}{100}'),
  rule(`(${NUMBER})\\s*${word('thousandths?')}`, '\\frac{$1}{1000}'),
  rule(`${A}\\s*(?=${word(SCALE)})`, '1 '),
  rule(`(${NUMBER}|[})])\\s*[${IN}${PLAIN_IN}](${SCALE})[${OUT}${PLAIN_OUT}]`, (_, value = '', name = '') =>
    scaled(value, name),
  ),
  rule(`(${NUMBER})\\s*[${IN}${PLAIN_IN}](${SCALE})[${OUT}${PLAIN_OUT}]`, (_, value = '', name = '') =>
    scaled(value, name),
  ),
  rule(`^(.*?)(${NUMBER})((?:\\s|\\^\\{?\\\\circ\\}?|${ANY_WORD})*?)${word('below')}\\s*${word('zero')}`, '$1-$2$3'),
  rule(`${word('positive')}\\s*(?:${word('infinity')}|(?=\\\\infty))`, '\\infty '),
  rule(word('infinity'), '\\infty '),
  rule(
    `(?:${word('the')}\\s*)?(?:${word('square')}\\s*)?${word('root')}\\s*${word('of')}\\s*(${SIMPLE})`,
    '\\sqrt{$1}',
  ),
  rule(`(?:${word('the')}\\s*)?${word('cube')}\\s*${word('root')}\\s*${word('of')}\\s*(${SIMPLE})`, '\\sqrt[3]{$1}'),
  rule(`${word('negative|minus')}\\s*${NEXT}`, '-'),
  rule(`${word('plus')}\\s*${NEXT}`, '+'),
  rule(`(?<=[\\d})a-zA-Z])\\s*${word('times|multiplied')}\\s*(?:${word('by')}\\s*)?${NEXT}`, '\\cdot '),
  rule(`(?<=[\\d})a-zA-Z])\\s*(?:${word('divided')}\\s*${word('by')}|${word('over')})\\s*${NEXT}`, '/'),
  rule(`(${SIMPLE})\\s*${word('choose')}\\s*(${SIMPLE})`, '\\binom{$1}{$2}'),
  rule(`(${NUMBER})\\s*${word('out')}\\s*${word('of')}\\s*(${NUMBER})`, '\\frac{$1}{$2}'),
  rule(`(?<=[\\d})a-zA-Z])\\s*${word('factorial')}`, '!'),
  rule(`(?<=[\\d})a-zA-Z])\\s*${word('squared')}`, '^{2}'),
  rule(`(?<=[\\d})a-zA-Z])\\s*${word('cubed')}`, '^{3}'),
  rule(
    `(?<=[\\d})a-zA-Z])\\s*${word('to')}\\s*${word('the')}\\s*(?:${word('power')}\\s*(?:${word('of')})?\\s*)(${SIMPLE})`,
    '^{$1}',
  ),
  rule(
    `^(?:${word('the')}\\s*)?(?:${word('set')}\\s*${word('of')}\\s*)?(?:${word('all')}\\s*)?(?:${word('real')}\\s*${word('numbers')}|${word('reals')})\\s*(?:${word('except|but|excluding')}|${word('other')}\\s*${word('than')})\\s*(?:${word('for')}\\s*)?(?:x\\s*=\\s*)?(-?[\\d\\\\][^${IN}${PLAIN_IN}]*)$`,
    '\\mathbb{R}\\setminus\\{$1\\}',
  ),
];

/** The text of a cleaned answer with such words replaced by what they say; the same text where there are none. */
export function readWords(text: string): string {
  if (text.length > MAX_LENGTH || !TRIGGER.test(text) || MONTH.test(text)) return text;
  const prepared = text
    .replace(/\bhalf an? dozen\b/gi, '6')
    .replace(
      /(\d)\s*\^?\s*\{?\s*(?:\\(?:text|mathrm|textrm)\s*\{\s*)?(?:st|nd|rd|th)(?![A-Za-z])\s*\}?\}?/gi,
      '$1\\text{ th}',
    );
  const marked = markWords(prepared);
  let out = withNumbers(marked);
  for (const [pattern, by] of RULES) out = out.replace(pattern, by as string);
  return out === marked && prepared === text ? text : unmarked(out).trim();
}

const scaled = (value: string, name: string): string => {
  const factor = multiplierOf(name) ?? 1n;
  const digits = value.replace(/,/g, '');
  return /^\d+$/.test(digits) ? String(BigInt(digits) * factor) : `${digits}\\cdot ${factor}`;
};

function markWords(text: string): string {
  const split = (words: string, open: string, close: string): string =>
    words.replace(/[A-Za-z]{2,}(?:'[a-z]+)?|(?<![A-Za-z\d^_])[Aa](?![A-Za-z])/g, (one) => `${open}${one}${close}`);
  return text
    .replace(HYPHEN, '$1 ')
    .split(/(\\(?:text|mathrm|textrm|textnormal|mbox|textbf|textit)\s*\{[^{}]*\}|\\[A-Za-z]+)/)
    .map((part) => {
      const inside = /^\\[A-Za-z]+\s*\{([^{}]*)\}$/.exec(part)?.[1];
      if (inside !== undefined) return split(inside, IN, OUT);
      return part.startsWith('\\')
        ? part
        : split(part, PLAIN_IN, PLAIN_OUT).replace(/[\uE202][Aa][\uE203]/g, (a) => a[1] ?? '');
    })
    .join('');
}

const HYPHEN = new RegExp(
  `(${NUMBER_WORD})-(?=(?:${NUMBER_WORD}|half|(?:[a-z]+th|first|second|third|quarter)s?)(?![A-Za-z-]))`,
  'gi',
);

const unmarked = (text: string): string =>
  text
    .replace(
      new RegExp(`${IN}[^${IN}]*${OUT}(?:\\s*${IN}[^${IN}]*${OUT})*`, 'g'),
      (run) => `\\text{ ${run.replace(/[\uE200\uE201]/g, '')}}`,
    )
    .replace(/[\uE202-\uE204]/g, '');

/** Words before a number word that leave it a number: elsewhere (`no one`) it is a word. */
const LEADING = new RegExp(
  word(
    `exactly|only|just|about|approximately|the|an?|at|least|most|more|less|fewer|than|negative|minus|plus|times|and|or|over|divided|by|choose|of|root|square|cube|not|is|are|there|power|to|out|all|real|reals|numbers|except|other|but|th|${NUMBER_WORD}|${SCALE}|half|halves|thirds?|quarters?|[a-z]+ths?`,
  ),
  'gi',
);

const COUNT = word(NUMBER_WORD);
const BIG = word('hundred|thousand|million|billion|trillion');
const PART = word('half|halves|first|second|thirds?|quarters?|[a-z]+ths?');
const RUN = new RegExp(
  `(${A}(?=\\s*${PART})|${COUNT}(?:[\\s-]*(?:${COUNT}|${BIG}|${word('and')}(?=\\s*${COUNT})))*)?\\s*(${PART})?(?!-)`,
  'gi',
);

/** Runs of number words as digits, and fractions and ordinals in words. */
const withNumbers = (marked: string): string =>
  marked.replace(RUN, (all: string, number: string | undefined, part: string | undefined, at: number) => {
    if (number === undefined && part === undefined) return all;
    const before = marked.slice(0, at).replace(LEADING, '');
    if (before.includes(IN) || before.includes(PLAIN_IN) || before.endsWith('-')) return all;
    const words = number === undefined ? '' : spoken(number);
    const count = /^an?$/.test(words) ? 1n : numberOfWords(words);
    if (part === undefined) return count === undefined ? all : `${count} `;
    const [ordinal, under] = [ordinalWord(spoken(part)), fractionWord(spoken(part))];
    if (number === undefined) {
      if (spoken(part) === 'half' && before.trim() === '' && at <= 1) return `${SAID}\\frac{1}{2} `;
      const named = spoken(part) !== 'second' || /the\W*$/i.test(marked.slice(0, at));
      return ordinal !== undefined && named ? ` ${ordinal} ${IN}th${OUT} ` : all;
    }
    if (count === undefined) return all;
    if (ordinal !== undefined && words.endsWith('ty')) return `${count + BigInt(ordinal)} ${IN}th${OUT} `;
    return under === undefined ? `${count} ${part}` : `${SAID}\\frac{${count}}{${under}} `;
  });

const spoken = (text: string): string =>
  text
    .replace(/[\uE200-\uE203]/g, ' ')
    .replace(/[\s-]+/g, ' ')
    .trim()
    .toLowerCase();
