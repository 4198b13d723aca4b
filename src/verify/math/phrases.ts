/** Answers that are said rather than boxed: "the answer is ...", the last formula, the last number, a letter. */
import { findBoxes } from './boxes.js';
import type { AnswerKind, FoundAnswer } from './types.js';

interface Located {
  found: FoundAnswer;
  start: number;
  end: number;
}

const FINAL = /(?:final|correct)\s+answer\b\W{0,12}?(?:\s+is\b|\s*[:=])\W{0,6}?|\*{0,2}final answer\*{0,2}\s*[:\n]/gi;
const ANSWER = /\banswer\b(?:[\s*]+is\b|[\s*]*[:=])|\banswer\s+to\b[^.\n]{0,80}?\bis\b/gi;

/** Where the last "final answer is" stands; -1 where nothing says so. */
export const finalAnswerAt = (text: string): number => [...text.matchAll(FINAL)].at(-1)?.index ?? -1;

/** What is said after the last "final answer is", else after the last "answer is" or "answer:". */
export function finalPhrase(text: string, kinds: readonly AnswerKind[], wordsToo: boolean): FoundAnswer | undefined {
  for (const [pattern, rule] of [
    [FINAL, 'final-answer'],
    [ANSWER, 'answer-is'],
  ] as const) {
    const matches = [...text.matchAll(pattern)].slice(-4).toReversed();
    for (const match of matches) {
      const segment = sentence(text.slice(match.index + match[0].length, match.index + match[0].length + 600));
      const said = readSegment(beforeBox(segment), kinds, wordsToo);
      if (said) return { text: said, raw: segment.trim(), rule };
    }
  }
  return undefined;
}

/** What a sentence says before a box in it; the box's content where it says nothing before. */
function beforeBox(segment: string): string {
  const box = findBoxes(segment).boxes[0];
  if (!box) return segment;
  const before = segment
    .slice(0, box.start)
    .replace(/^\s*\$|[\s,;]*(?:\$|\\[([])?[\s,;]*$/g, '')
    .replace(/\$$/, '');
  return before === '' ? box.content : before;
}

/** Up to the end of the sentence; a dot inside a number or a formula is none. */
function sentence(text: string): string {
  const start = text.replace(/^[\s:*]+/, '');
  let dollars = 0;
  for (let i = 0; i < start.length; i++) {
    const char = start[i];
    if (char === '\\' && start[i + 1] === '$') i++;
    else if (char === '$') dollars++;
    else if (dollars % 2 === 0 && char === '\n' && /^\s*\n|^\s*[A-Z*#<]/.test(start.slice(i + 1, i + 20)))
      return start.slice(0, i);
    else if (
      char === '.' &&
      /^(?:\s|\*|$)/.test(start.slice(i + 1, i + 2)) &&
      (dollars % 2 === 0 || /^\s+[A-Z][a-z ]/.test(start.slice(i + 1)))
    )
      return start.slice(0, i);
    else if (char === '<' && /^<(?:\||\/|think)/.test(start.slice(i))) return start.slice(0, i);
  }
  return start;
}

/** The answer in a sentence: all of it where it reads as mathematics, else its last formula, number or word. */
function readSegment(segment: string, kinds: readonly AnswerKind[], wordsToo: boolean): string | undefined {
  const trimmed = segment.replace(/\*\*|^[\s"'`]+|[\s"'`.]+$/g, '').trim();
  if (trimmed === '') return undefined;
  const afterIs = /\b(?:is|are|equals)\s+(?!\s*(?:the|that)\b)/.test(trimmed)
    ? trimmed.slice(trimmed.lastIndexOf(' is ') + 1).replace(/^is\s+/, '')
    : trimmed;
  for (const part of [trimmed, afterIs]) if (readsAsMathematics(part)) return part;
  const formula = kinds.includes('latex') ? lastFormula(trimmed) : undefined;
  if (formula) return formula.found.text;
  const number = kinds.includes('expression') ? lastNumber(trimmed) : undefined;
  if (number) return number.found.text;
  const words = trimmed.split(/\s+/);
  return wordsToo && words.length <= 4 && /^[A-Za-z]/.test(trimmed) ? trimmed : undefined;
}

/** Whether a text is a formula with at most a unit, rather than a sentence with formulas in it. */
export function readsAsMathematics(text: string): boolean {
  const bare = text
    .replace(/\\(?:text|mbox|textbf|textit|mathrm|textnormal|operatorname)\s*\{[^{}]*\}/g, ' ')
    .replace(/\\[A-Za-z]+/g, ' ');
  const words = (bare.match(/[A-Za-z]{2,}/g) ?? []).filter(
    (word) => !/^(?:(?:and|or)[A-Z]?|pi|sqrt|sin|cos|tan|log|ln|exp|infinity|percent)$/.test(word),
  );
  if (!/[\d\\]|^\s*[({[]?[A-Za-z][)}\]]?\s*$|[a-zA-Z]\s*[-+*/^=<>]/.test(text)) return false;
  return (
    words.length === 0 ||
    (words.length <= 2 && /^\W*(?:\\[a-z]+|[\d.,/${}\s\\-])+\s*[A-Za-z]+(?:\s+[A-Za-z]+)?$/.test(text.trim()))
  );
}

const FORMULA =
  /\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([^\n]+?)\\\)|(?<!\\)\$((?:\\.|[^$\n\\])+?)\$|(\\begin\{([a-z]*matrix|cases|array)\}[\s\S]+?\\end\{\6\})|\\begin\{((?:equation|align|gather|displaymath|math|eqnarray|multline)\*?)\}([\s\S]+?)\\end\{\7\}/g;

/** The last formula between delimiters, with those that commas, `and` or `or` join to it, and a unit after it. */
export function lastFormula(text: string): Located | undefined {
  const all = [...text.matchAll(FORMULA)].filter((match) => content(match) !== '');
  const last = all.at(-1);
  if (!last) return undefined;
  let first = all.length - 1;
  while (first > 0 && joined(text, all[first - 1] as RegExpExecArray, all[first] as RegExpExecArray)) first--;
  const parts = all.slice(first);
  const start = (parts[0] as RegExpExecArray).index;
  let end = last.index + last[0].length;
  const unit =
    /^\s*(?:%|°|(?:percent|pct|degrees?|units?|miles|cm|meters|dollars|cents)\b)/i.exec(text.slice(end))?.[0] ?? '';
  end += unit.length;
  const said = `${parts.map(content).join(', ')}${unit}`.replace(/(?<=\d)%$/, '\\%');
  return { found: { text: said, raw: text.slice(start, end), rule: 'last-formula' }, start, end };
}

/** What a formula says; one whose delimiter is a lone dollar must not hold prose. */
function content(match: RegExpExecArray): string {
  const inside = match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5] ?? lastLine(match[8] ?? '');
  return inside.trim();
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

/** The last number in words: `1,000.99€`, `-3/4`, `28 %`. */
export function lastNumber(text: string): Located | undefined {
  const plain = text.replace(/\*\*/g, '  ');
  const matches = [...plain.matchAll(NUMBER)].filter((match) => /\d/.test(match[0]));
  const match = matches.at(-1);
  if (!match) return undefined;
  const raw = match[0].trim();
  return { found: { text: raw, raw, rule: 'last-number' }, start: match.index, end: match.index + match[0].length };
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
