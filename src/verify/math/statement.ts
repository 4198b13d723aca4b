/** Reads what a statement gives as the answer: `41, since 42 fails` gives 41, `at least 42` gives no number at all. */
import { withoutRemarks } from './remarks.js';
import type { AnswerKind } from './types.js';
import { formulaGroups, numbersIn, opensWithBound, readsAsMathematics, type Located } from './values.js';

/** Most words of an answer that is no mathematics, and between two values that are one answer (`5 ft 3 in`). */
const MAX_WORDS = 6;
const MAX_WORDS_BETWEEN = 3;

/** Words that say nothing about the value after them. */
const FILLER =
  /^(?:(?:approximately|about|around|roughly|nearly|almost|exactly|precisely|simply|just|only|therefore|thus|hence|so|indeed|clearly|equal to|given by|either|both|now|then|[:=,])\s+)+/i;

/** Words after "the answer is" that say something about the answer, and not which it is. */
const NO_ANSWER =
  /^(?:correct|right|wrong|incorrect|obtained|given|found|clear(?:ly)?|obvious(?:ly)?|above|below|as|in|thus|shown|provided|unique|straightforward|simple|easy|here|this|that|the same|now)\b/i;

const VERB = /(?:\b(?:is|are|was|were|equals?|be|gives?)\b:?|[:=])\s+(?!(?:the|that)\b)/gi;

/** The answer in a statement; undefined where it holds none. `wordsToo` allows an answer in plain words. */
export function readStatement(segment: string, kinds: readonly AnswerKind[], wordsToo: boolean): string | undefined {
  const whole = withoutMarkup(segment);
  if (whole === '') return undefined;
  if (readsAsMathematics(whole)) return whole;
  const head = trimmed(withoutRemarks(whole, true)).replace(FILLER, '');
  if (opensWithBound(head)) return head;
  for (const part of [head, afterVerb(head)]) if (part !== '' && readsAsMathematics(part)) return part;
  const value = valueIn(head, kinds);
  if (value !== undefined) return value;
  return wordsToo && head.split(/\s+/).length <= MAX_WORDS && /^\p{L}/u.test(head) && !NO_ANSWER.test(head)
    ? head
    : undefined;
}

/** Without emphasis, code ticks, HTML tags, ticked boxes and quotes around it. */
export const withoutMarkup = (text: string): string =>
  trimmed(
    text
      .replace(/^\s*>\s+(?=[*_])/, '')
      .replace(
        /\*\*|__(?=\S)|(?<=\S)__|<\/?(?:b|i|em|strong|p|br|span|div|code|pre|u|li|ul|ol|h[1-6]|td|tr|th|mark|center)\b[^<>]*>/gi,
        '',
      )
      .replace(/```[a-z]*\n?|\uFE0F|[\u2713\u2714\u2705\u2611\u{1F389}\u{1F44D}]/giu, ' ')
      .trim()
      .replace(/^([*_~])(?=\S)([^*_~]+)\1$/, '$2')
      .replace(/^\s*(?:(?:[*•#]+|-(?=\s+[A-Za-z*]{2}))\s+)+|^\s*(?:[∴⇒→⟹]\s*)+/u, ''),
  );

const trimmed = (text: string): string =>
  text.replace(/^[\s"'`]+|[\s"`,;:]+$|(?<!\\text\{)(?<=\W)'\s*$|(?<!\^)\*+\s*$|\.+\s*$/g, '').trim();

/** What follows the last verb that says what something is. */
function afterVerb(text: string): string {
  const verb = [...text.matchAll(VERB)].at(-1);
  return verb ? text.slice(verb.index + verb[0].length).replace(FILLER, '') : text;
}

/** The value of a statement with words in it: what it opens with, else what follows its last verb, else the last. */
function valueIn(head: string, kinds: readonly AnswerKind[]): string | undefined {
  const values = valuesOf(head, kinds);
  const last = values.at(-1);
  if (!last || values.length === 1) return last?.found.text;
  const said = afterVerb(head);
  const from = head.length - said.length;
  const opening = values.findIndex((value) => value.start >= from);
  const first = values[opening];
  if (!first || /[\p{L}\d]/u.test(head.slice(from, first.start))) return last.found.text;
  const next = values[opening + 1];
  if (!next) return first.found.text;
  // Two values with few words between are said together, in a way that is not known: as text.
  const between = head.slice(first.end, next.start).match(/[\p{L}']+/gu) ?? [];
  return between.length <= MAX_WORDS_BETWEEN ? said : first.found.text;
}

/** Formulas, and numbers outside them, in order; numbers that commas, `and` or `or` join are one. */
function valuesOf(text: string, kinds: readonly AnswerKind[]): Located[] {
  const formulas = kinds.includes('latex') ? formulaGroups(text) : [];
  const numbers = kinds.includes('expression')
    ? numbersIn(text).filter((number) => !formulas.some((f) => number.start < f.end && f.start < number.end))
    : [];
  const grouped: Located[] = [];
  for (const number of numbers) {
    const before = grouped.at(-1);
    if (before && /^\s*(?:,|;|(?:,\s*)?(?:and|or)\b|&)\s*$/i.test(text.slice(before.end, number.start))) {
      const said = text.slice(before.start, number.end);
      grouped[grouped.length - 1] = {
        found: { ...number.found, text: said, raw: said },
        start: before.start,
        end: number.end,
      };
    } else grouped.push(number);
  }
  return [...formulas, ...grouped].toSorted((a, b) => a.start - b.start);
}
