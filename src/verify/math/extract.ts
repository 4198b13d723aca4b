/**
 * Finds the answer in a response: the last box, an `<answer>` tag, `####`, the field of a JSON object, "the final answer
 * is ...", else the last formula or number that is no remark. A box that the response breaks off in, or thinking that
 * never ends, holds no answer.
 */
import { afterRetraction, announcedAnswer, announcesAnother } from './announced.js';
import { findBoxes, lastAnswer, textOfBoxes, type Box } from './boxes.js';
import { asciiForms } from './characters.js';
import { withoutRemarks } from './remarks.js';
import { readStatement, withoutMarkup } from './statement.js';
import { jsonAnswer, taggedAnswer } from './structured.js';
import type { AnswerKind, FoundAnswer, MathOptions } from './types.js';
import { lastFormula, lastLetter, lastNumber, readsAsMathematics } from './values.js';

/** How much of the end of a response is searched for anything but boxes. */
const TAIL = 8_000;

/** How much of the end is looked at first for its last value. */
const LAST_PARAGRAPHS = 1_000;

/** Longest response that is its own answer. */
const MAX_WHOLE = 400;

/** The answers a text may be stating, best first; empty where nothing may be extracted. */
export const extractAnswers = (text: string, options: MathOptions = {}): FoundAnswer[] =>
  distinct(candidatesIn(text, options));

/** The first of {@link extractAnswers}, without looking for the others. */
export function bestAnswer(text: string, options: MathOptions = {}): FoundAnswer | undefined {
  for (const found of candidatesIn(text, options)) return found;
  return undefined;
}

/** What might have been the answer of a response, had `chosen` not been: other boxes, announcements, the last value. */
export function passedOver(text: string, chosen: string, options: MathOptions = {}): FoundAnswer[] {
  const kinds = options.kinds ?? ['latex', 'expression'];
  const said = answerPart(text) ?? '';
  const { boxes } = findBoxes(said);
  const tail = asciiForms(said.slice(-TAIL));
  const others = [...boxes.map((box) => textOfBoxes(said, [box])), ...stated(tail, kinds, true), trailing(tail, kinds)];
  return distinct(others.filter((found) => found !== undefined)).filter((found) => found.text !== chosen);
}

function* candidatesIn(text: string, options: MathOptions): Generator<FoundAnswer> {
  const said = answerPart(text);
  if (said === undefined) return;
  let none = true;
  for (const found of search(said, options)) {
    none = false;
    yield found;
  }
  if (none && !options.afterThinking && said.length !== text.length && !endsInBox(said)) yield* search(text, options);
}

/** What follows the thinking; undefined where the thinking never ends. */
function answerPart(text: string): string | undefined {
  if (!text.includes('<think>') && !text.includes('</think>')) return text;
  const closed = text.lastIndexOf('</think>');
  if (text.lastIndexOf('<think>') > closed) return undefined;
  return closed < 0 ? text : text.slice(closed + '</think>'.length);
}

const endsInBox = (text: string): boolean => findBoxes(text).cutOff;

function* search(text: string, options: MathOptions): Generator<FoundAnswer> {
  const kinds = options.kinds ?? ['latex', 'expression'];
  const first = options.preferBoxed ?? true;
  const { boxes, cutOff } = findBoxes(text);
  if (cutOff) return;
  const last = lastAnswer(text, boxes);
  const boxed = last.length > 0 ? textOfBoxes(text, last) : undefined;
  const after = boxed ? asciiForms(text.slice((last.at(-1) as Box).end).slice(-TAIL)) : '';
  // What is announced after the last box is the response's last word.
  const later = boxed !== undefined && (taggedAnswer(after) !== undefined || announcesAnother(after));
  if (boxed && boxed.text !== '' && first && !later) return yield boxed;
  const tail = asciiForms(text.length > TAIL ? text.slice(-TAIL) : text);
  yield* stated(later && first ? after : tail, kinds, boxed === undefined);
  if (boxed) return yield boxed;
  const whole = wholeResponse(text, kinds);
  if (whole) yield whole;
  const end = trailing(tail, kinds);
  if (end) yield end;
}

function distinct(candidates: Iterable<FoundAnswer>): FoundAnswer[] {
  const seen = new Set<string>();
  return [...candidates].filter((found) => !seen.has(found.text) && Boolean(seen.add(found.text)));
}

/** What a text states as its answer in so many words. */
function* stated(text: string, kinds: readonly AnswerKind[], wordsToo: boolean): Generator<FoundAnswer> {
  const tagged = taggedAnswer(text);
  // A tag is made for the answer: what it holds is all there is, even where that is nothing.
  if (tagged) yield held(tagged, kinds);
  if (tagged && !kinds.includes('letter')) return;
  const marked = hashMarks(text, kinds);
  if (marked) yield marked;
  const json = jsonAnswer(text);
  if (json) yield held(json, kinds);
  const letter = kinds.includes('letter') ? lastLetter(text) : undefined;
  if (letter) yield letter;
  const announced = corrected(text, kinds, wordsToo);
  if (announced) yield announced;
}

/** The announced answer, or the one that takes it back. */
function corrected(text: string, kinds: readonly AnswerKind[], wordsToo: boolean): FoundAnswer | undefined {
  const said = announcedAnswer(text, kinds, wordsToo);
  if (!said) return undefined;
  const { end, ...found } = said;
  const instead = afterRetraction(text.slice(end));
  const other = instead === undefined || !/\b(?:is|be|are)\b|=/.test(instead) ? undefined : trailing(instead, kinds);
  return other ? { ...other, rule: 'correction' } : found;
}

/** The answer in a tag or field: a box, what it announces, else the whole of it. */
function held(found: FoundAnswer, kinds: readonly AnswerKind[]): FoundAnswer {
  const { text, raw, rule } = found;
  const { boxes } = findBoxes(text);
  if (boxes.length > 0) return { ...textOfBoxes(text, lastAnswer(text, boxes)), rule };
  const announced = announcedAnswer(text, kinds, true);
  if (announced) return { text: announced.text, raw, rule };
  const values = text.split('\n').filter((line) => /\d/.test(line));
  // Several lines with a value each are several answers.
  const read = values.length > 1 && !text.includes('\\') ? undefined : readStatement(text, kinds, true);
  return { text: read ?? withoutMarkup(text), raw, rule };
}

/** The last `#### answer` line of GSM8K. */
function hashMarks(text: string, kinds: readonly AnswerKind[]): FoundAnswer | undefined {
  const match = [...text.matchAll(/####\s*:?[ \t]*([^\n]+)/g)].at(-1);
  const said = match?.[1]?.trim();
  if (!match || !said) return undefined;
  const answer = said.replace(/(?<=\d),(?=\d{3}(?!\d))/g, '');
  const remarked = /[A-Za-z]{2}|[(;–—]/.test(answer) && withoutRemarks(answer, true).trimEnd() !== answer;
  return {
    text: (remarked ? readStatement(answer, kinds, true) : undefined) ?? answer,
    raw: match[0],
    rule: 'hash-marks',
  };
}

/** A short response that is nothing but mathematics is its own answer. */
function wholeResponse(text: string, kinds: readonly AnswerKind[]): FoundAnswer | undefined {
  // Marks of emphasis within, and environments, set an answer apart from what leads to it.
  if (
    text.length > MAX_WHOLE ||
    /\*\*.*[^\s*].*\*\*\s*\S|\S\s*\*\*.*\*\*|\\begin\{(?:align|equation|gather|multline|eqnarray|displaymath)/.test(
      text.trim(),
    )
  )
    return undefined;
  const bare = withoutMarkup(asciiForms(text));
  const said = /^(?:yes|no|true|false)(?=$|[,;.:–—])/i.exec(bare)?.[0];
  if (said !== undefined && !/\d/.test(bare)) return { text: said, raw: bare, rule: 'whole-response' };
  if (!kinds.includes('expression') || /[$#]|\\[[(]/.test(bare) || !readsAsMathematics(bare)) return undefined;
  return { text: bare, raw: bare, rule: 'whole-response' };
}

/** The last formula or number that is no remark: in the last paragraphs, else anywhere. */
function trailing(text: string, kinds: readonly AnswerKind[]): FoundAnswer | undefined {
  const from = text.length > LAST_PARAGRAPHS ? text.lastIndexOf('\n\n', text.length - LAST_PARAGRAPHS) : -1;
  const end = text.slice(Math.max(from, 0));
  const isWhole = (end.match(/\$/g)?.length ?? 0) % 2 === 0 && !/^[^[]*\\\]|^(?:(?!\\begin)[^])*\\end\{/.test(end);
  return (from > 0 && isWhole ? lastValue(end, kinds) : undefined) ?? lastValue(text, kinds);
}

/** The last formula or number, whichever comes later. */
function lastValue(text: string, kinds: readonly AnswerKind[]): FoundAnswer | undefined {
  const said = withoutRemarks(text);
  const formula = kinds.includes('latex') ? lastFormula(said) : undefined;
  const number = kinds.includes('expression') ? lastNumber(said) : undefined;
  if (!formula || !number) return formula?.found ?? number?.found;
  // A number inside or beside the last formula's sentence is a remark on it.
  return number.start < formula.end ||
    !/[.!?]\s|\n|\b(?:therefore|thus|hence|so)\b/i.test(said.slice(formula.end, number.start))
    ? formula.found
    : number.found;
}
