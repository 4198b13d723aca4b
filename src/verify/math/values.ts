/** The values a text holds: formulas between delimiters, numbers in words with what belongs to them, letters of choices. */
import type { FoundAnswer } from './types.js';

export interface Located {
  found: FoundAnswer;
  start: number;
  end: number;
}

/** Letters that mathematics is not written with, and the words among them that join two values. */
const OTHER_LETTERS = /(?!\p{Script=Latin}|\p{Script=Greek}|[ℕℤℚℝℂµ])\p{L}/u;
const CONNECTIVE = /(?<=[\d)}\]a-z]\s*)(?:或者|或|または|또는|和|与|與|と|和|или|и)(?=\s*[-\d({\\a-z])/gu;

/** Whether a text is a formula with at most a unit, rather than a sentence with formulas in it. */
export function readsAsMathematics(text: string): boolean {
  const bare = text
    .replace(
      /\\(?:text|mbox|textbf|textit|mathrm|textnormal|operatorname)\s*\{[^{}]*\}|\\(?:begin|end)\s*\{\w+\*?\}/g,
      ' ',
    )
    .replace(/\\[A-Za-z]+/g, ' ');
  if (OTHER_LETTERS.test(bare.replace(CONNECTIVE, ' '))) return false;
  const words = (bare.match(/[A-Za-z]{2,}/g) ?? []).filter(
    (word) => !/^(?:(?:and|or)[A-Z]?|pi|sqrt|sin|cos|tan|log|ln|exp|infinity|percent)$/.test(word),
  );
  if (!/[\d\\]|^\s*[({[]?[A-Za-z][)}\]]?\s*$|[a-zA-Z]\s*[-+*/^=<>]/.test(text)) return false;
  if (words.some((word) => /^(?:is|are|was|were|isn|has|have|can|cannot|not|fails?|would|does|do)$/.test(word)))
    return false;
  return (
    words.length === 0 ||
    (words.length <= 2 && /^\W*(?:\\[a-z]+|[\d.,/${}\s\\-])+\s*[A-Za-z]+(?:\s+[A-Za-z]+)?$/.test(text.trim()))
  );
}

const FORMULA =
  /\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([^\n]+?)\\\)|(?<!\\)\$((?:\\.|[^$\n\\])+?)\$|(\\begin\{([a-z]*matrix|cases|array)\}[\s\S]+?\\end\{\6\})|\\begin\{((?:equation|align|gather|displaymath|math|eqnarray|multline)\*?)\}([\s\S]+?)\\end\{\7\}/g;

/** What stands for the letters of a formula in a masked text; the second for a formula that is a relation. */
export const FORMULA_MARK = '\uE100';
export const RELATION_MARK = '\uE101';

/** A text of the same length in which the letters of formulas are marks, so that words are looked for outside them. */
export const masked = (text: string): string =>
  text.replace(FORMULA, (formula) =>
    (/[<>=]|\\[lg]eq?\b/.test(formula) ? RELATION_MARK : FORMULA_MARK).repeat(formula.length),
  );

const formulasOf = (text: string): RegExpExecArray[] =>
  [...text.matchAll(FORMULA)].filter((match) => content(match) !== '');

/** The last formula between delimiters, with those that commas, `and` or `or` join to it, and a unit after it. */
export function lastFormula(text: string): Located | undefined {
  return formulaGroups(text).at(-1);
}

/** All formulas between delimiters; those that commas, `and` or `or` join are one. */
export function formulaGroups(text: string): Located[] {
  const groups: RegExpExecArray[][] = [];
  for (const match of formulasOf(text)) {
    const before = groups.at(-1)?.at(-1);
    if (before && joined(text, before, match)) groups.at(-1)?.push(match);
    else groups.push([match]);
  }
  return groups.map((parts) => located(text, parts));
}

function located(text: string, parts: readonly RegExpExecArray[]): Located {
  const [first, last] = [parts[0] as RegExpExecArray, parts.at(-1) as RegExpExecArray];
  let end = last.index + last[0].length;
  const unit =
    /^\s*(?:%|°|(?:percent|pct|degrees?|units?|miles|cm|meters|dollars|cents|dozen|hundred|thousand|[mb]illion|[ap]\.?m\b\.?)\b)/i.exec(
      text.slice(end, end + 40),
    )?.[0] ?? '';
  end += unit.length;
  const said = `${parts.map(content).join(', ')}${unit}`.replace(/(?<=\d)%$/, '\\%');
  return { found: { text: said, raw: text.slice(first.index, end), rule: 'last-formula' }, start: first.index, end };
}

/** What a formula says; one whose delimiter is a lone dollar must not hold prose. */
function content(match: RegExpExecArray): string {
  const inside = match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5] ?? lastLine(match[8] ?? '');
  return derived(inside.trim());
}

/** Of lines that each go on from the one before (`&= 9`) the last. */
function derived(formula: string): string {
  const lines = /^\\begin\{(?:aligned|split|gathered)\}([\s\S]*)\\end\{(?:aligned|split|gathered)\}\s*[.,]?$/.exec(
    formula,
  )?.[1];
  if (lines === undefined) return formula;
  const last = lastLine(lines).trim();
  return /^(?:[A-Za-z](?:_\w)?\s*)?=/.test(last) ? last : formula;
}

/** The last line of a derivation, without its alignment marks. */
const lastLine = (lines: string): string =>
  lines
    .split('\\\\')
    .filter((line) => line.trim() !== '')
    .at(-1)
    ?.replace(/&/g, ' ') ?? '';

const joined = (text: string, a: RegExpExecArray, b: RegExpExecArray): boolean => {
  const between = text.slice(a.index + a[0].length, b.index).trim();
  return /^(?:,?\s*(?:and|or)|,|;)$/i.test(between) && !/[=<>]/.test(content(a));
};

const NUMBER =
  /(?<![\w\\^_.,/])(?:[$€£¥]\s?)?[-+−]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?: \d{3})+(?:,\d+)?(?!\d)|\d+(?:,\d+)?)?(?:\.\d+|(?<=\d))(?:[eE][+-]?\d+)?(?:\s?\/\s?\d+(?:\.\d+)?)?(?:\s?(?:\\?%|°|percent\b|pct\b)|\s?[€£$]|:\d\d\b)?(?![\w^_]|\.\d|,\d{3})|(?<![\w\\^_.,/])[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?=[a-zµ]{1,3}[²³]?(?![a-z0-9]))/g;

/**
 * Numbers in words: `1,000.99€`, `-3/4`, `28 %`, each with the operators, bounds and scale words it stands beside, and LaTeX
 * without delimiters (`3\\sqrt{2}`), in order.
 */
export function numbersIn(text: string): Located[] {
  const plain = text.replace(/\*\*|__/g, '  ');
  const latex = bareLatexIn(plain);
  const numbers = [...plain.matchAll(NUMBER)]
    .filter(
      (match) =>
        /\d/.test(match[0]) && !latex.some((run) => match.index < run.end && run.start < match.index + match[0].length),
    )
    .map((match) => inContext(plain, match));
  return latex.length === 0 ? numbers : [...numbers, ...latex].toSorted((a, b) => a.start - b.start);
}

/** The last number in words, or the last LaTeX without delimiters. */
export function lastNumber(text: string): Located | undefined {
  const plain = text.replace(/\*\*|__/g, '  ');
  let last: RegExpExecArray | undefined;
  for (const match of plain.matchAll(NUMBER)) if (/\d/.test(match[0])) last = match;
  const latex = bareLatexIn(plain).at(-1);
  return latex && latex.end > (last?.index ?? -1) ? latex : last && inContext(plain, last);
}

const COMMAND =
  /\\(?!(?:text\w*|mbox|boxed|fbox|bbox|begin|end|item|section|subsection|n|t|left|right|quad|qquad|cdots?|ldots|dots|documentclass|usepackage|label|ref|therefore|because|implies|Rightarrow|to|in)(?![A-Za-z]))[A-Za-z]{2,}/g;
const LATEX_BEFORE = /(?:\d[\d.]*|(?<![A-Za-z\\])[A-Za-z]|[-+*/^=(\\{])\s?$/;
const LATEX_AFTER =
  /^(?:\s?(?:\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|\[[^\]]*\]|\\[A-Za-z]+|\\[{}|]|\d+(?:\.\d+)?|[-+*/^_=!(<>|]|\)|[A-Za-z](?![A-Za-z]))|,\s?(?=[-\d\\]))/;
const MAX_TOKENS = 200;

/** LaTeX that stands in words without delimiters: a command with all that belongs to it. */
function bareLatexIn(plain: string): Located[] {
  if (!plain.includes('\\')) return [];
  const mask = masked(plain);
  const found: Located[] = [];
  for (const command of mask.matchAll(COMMAND)) {
    let [start, end] = [command.index, command.index + command[0].length];
    if (start < (found.at(-1)?.end ?? 0)) continue;
    for (let i = 0; i < 20; i++) {
      const before = LATEX_BEFORE.exec(mask.slice(Math.max(found.at(-1)?.end ?? 0, start - REACH), start))?.[0];
      if (!before) break;
      start -= before.length;
    }
    for (let i = 0; i < MAX_TOKENS; i++) {
      const after = LATEX_AFTER.exec(mask.slice(end, end + 400))?.[0];
      if (!after) break;
      end += after.length;
    }
    const raw = plain
      .slice(start, end)
      .replace(/[\s=+*/^(<>-]+$/, '')
      .trim();
    found.push({ found: { text: raw, raw, rule: 'last-number' }, start, end });
  }
  return found;
}

/** How far around a number its operators are looked for. */
const REACH = 80;

/** An operand (or none) and an operator, or a function, before a number: the number is a part of what they say. */
const BEFORE =
  /(?:(?:\d[\d.,]*|(?<![A-Za-z\\</])[A-Za-z](?:_\w+|[²³])?|[)²³]|\bpi\b|π)\s*(?:[-+−]|[<>=]=?|=|!=|[≤≥≠≈±×·÷*/^])|(?<![-=\w/"'])[<>]|[≤≥≠≈±×÷√^]|[<>!]=|(?<=\b(?:is|are|equals?|be|get|gives?)\s{1,2}|[=:]\s{0,2})[-−]|(?<![A-Za-z])(?:sqrt|sin|cos|tan|log|ln|exp)\s*\(?)\s*$/;
/** The last character of any operator that stands before a number: the operators themselves take long to look for. */
const ENDS_LIKE_OPERATOR = /[-+−<>=≤≥≠≈±×·÷*/^√(tnsgp]/;
const AFTER =
  /^(?:[²³⁴]|\s*[-+*/^×·÷]\s*[A-Za-z](?![A-Za-z])|\s*\)(?=\s*$)|[\s-]*(?:hundred|thousand|million|billion|trillion|dozen|score|squared|cubed|factorial|and a half|(?:degrees\s+)?below zero|[ap]\.?m\b\.?|or (?:more|less|fewer|greater|above|below|so)|to the power of \S+)(?![A-Za-z])|\s*\p{L}{0,2}(?:以上|以下|以内|未满|未満|이상|이하|미만|초과)|\s*(?:多|余|万|萬|亿|億|만(?!에)|억|千(?![米克瓦])|百|천)|\s*(?:가|이)?\s*(?:아닙니다|아니\S*)|\s*(?:ではありません|ではない|じゃない))/iu;

/** Words before a number that make it a bound, or deny it: never an answer of that number. */
const BOUND_WORDS = [
  String.raw`not\s+(?:be\s+|really\s+)?equal\s+to|anything\s+but|(?:everything|all|anything)\s+except|other\s+than|except|excluding|avoiding|not|never|isn't|aren't|cannot\s+be`,
  String.raw`at\s+(?:least|most)|(?:more|less|fewer|greater|larger|smaller|bigger|higher|lower)\s+than(?:\s+or\s+equal\s+to)?|no\s+(?:more|less|fewer)\s+than|over|under|above|below|up\s+to|exceed(?:s|ing)?|between`,
  String.raw`minus|negative|base|mod(?:ulo)?|square\s+root\s+of|cube\s+root\s+of|factorial\s+of|half\s+of|twice|double|triple|times|plus|divided\s+by`,
  'nicht|mindestens|höchstens|mehr\\s+als|weniger\\s+als|pas|au\\s+(?:moins|plus)|(?:plus|moins)\\s+de|no\\s+es|al\\s+menos|a\\s+lo\\s+sumo|(?:más|menos)\\s+de|não\\s+é|pelo\\s+menos|no\\s+máximo|mais\\s+de|non\\s+è|almeno|al\\s+massimo|(?:più|meno)\\s+di',
  'не(?:\\s+(?:менее|более|меньше|больше))?|более|менее|больше|меньше|минимум|максимум|минус|ليس',
];
const BOUND = new RegExp(
  `(?:(?<!\\p{L})(?:${BOUND_WORDS.join('|')})\\s+(?:exactly\\s+)?|\\d[\\d.,]*\\s+(?:to|through|until)\\s+|(?:不是|不等于|不為|不为|至少|至多|最多|不超过|不少于|不多于|大于|超过|多于|小于|少于|不到|不足|负|負|마이너스)(?:是|为|為)?\\s*)$`,
  'iu',
);

/** Whether a statement opens with words that deny what follows or make it a bound. */
export const opensWithBound = (text: string): boolean => {
  const word = /^[\p{L}' ]+/u.exec(text)?.[0];
  return word !== undefined && BOUND.test(`${word.trimEnd()} `);
};

function inContext(plain: string, match: RegExpExecArray): Located {
  let start = match.index;
  let end = start + match[0].trimEnd().length;
  start += match[0].length - match[0].trimStart().length;
  for (let reached = 0; reached < 12; reached++) {
    const before = plain.slice(Math.max(0, start - REACH), start);
    if (!ENDS_LIKE_OPERATOR.test(before.trimEnd().slice(-1))) break;
    const operator = BEFORE.exec(before)?.[0];
    if (operator === undefined) break;
    start -= operator.length;
  }
  const own = plain.slice(start, end);
  if (!/[<>≤≥≠]|!=/.test(own)) start += Math.max(own.lastIndexOf('='), own.lastIndexOf('≈')) + 1;
  const opened = plain.slice(start, end).includes('(');
  const after = AFTER.exec(plain.slice(end, end + REACH))?.[0] ?? '';
  if (!after.includes(')') || opened) end += after.length;
  const bound = BOUND.exec(plain.slice(Math.max(0, start - REACH), start))?.[0] ?? '';
  start -= bound.length;
  const raw = plain.slice(start, end).trim();
  return { found: { text: raw, raw, rule: 'last-number' }, start, end };
}

/** The letter of a choice: after "answer is", else the last capital that stands alone. */
export function lastLetter(text: string): FoundAnswer | undefined {
  const said = [
    ...text.matchAll(
      /\banswer\b[^A-Za-z]{0,10}(?:is|:)?[^A-Za-z]{0,10}(?:option |choice )?\\?(?:text)?\W{0,3}([A-Z])(?![A-Za-z'])/gi,
    ),
  ].at(-1)?.[1];
  const alone = [...text.matchAll(/(?<![A-Za-z'\\])(?:([B-HJ-Z])|\(([A-Z])\)|(A)(?=[.,)]|$))(?![A-Za-z'])/g)].at(-1);
  const letter = (said && /[A-Z]/.test(said) ? said : undefined) ?? alone?.slice(1).find(Boolean);
  return letter ? { text: letter, raw: letter, rule: 'letter' } : undefined;
}
