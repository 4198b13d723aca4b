/** The gold side of a comparison: which part of the text is the answer, and whether anything could ever match it. */
import { findBoxes, lastAnswer } from './boxes.js';
import { cleanAnswer } from './clean.js';
import { compareAnswers, contextOf } from './compare/index.js';
import { plainWords } from './compare/text.js';
import { bestAnswer } from './extract.js';
import { parseAnswer } from './parse.js';
import type { MathOptions } from './types.js';
import { lastFormula, masked } from './values.js';
import { GOLD_BUDGET, withinBudget } from './work.js';

/** Longest gold answer that is taken as it stands; longer ones are solutions to extract from. */
const MAX_BARE_GOLD = 2_000;

/** Longest answer that is read at all, gold or not: one of more is compared as it is spelled. */
export const MAX_ANSWER = 40_000;

/** How much of the end of a long gold solution is searched for its last formula. */
const TAIL = 8_000;

/**
 * Why a gold answer cannot be judged against; undefined where it can: it reads as mathematics, or says something in words,
 * and can be compared within its share of the work that a judgement may take. So data may be checked without a clock.
 */
export const goldProblem = (gold: string): string | undefined =>
  unreadableGold(gold) ?? (goldIsTooCostly(gold) ? TOO_COSTLY : undefined);

/** What is said of a gold answer that {@link goldIsTooCostly}. */
export const TOO_COSTLY = 'comparing the gold answer, even with itself, takes more work than is allowed';

/** Whether a gold answer alone takes more work than its share: if a judgement takes too much, this tells whose fault it is. */
export function goldIsTooCostly(gold: string, options: MathOptions = {}): boolean {
  const check = withinBudget(GOLD_BUDGET, () => {
    const part = goldPart(gold);
    if (part.length > MAX_ANSWER) return;
    const node = parseAnswer(cleanAnswer(part));
    try {
      compareAnswers(node, node, contextOf(options));
    } catch (error) {
      // A fraction over zero and the like: the judgement says so, and it costs nothing.
      if (!(error instanceof RangeError)) throw error;
    }
  });
  return check.spent === undefined;
}

/** Why a gold answer cannot be read; undefined where it can. */
export function unreadableGold(gold: string): string | undefined {
  if (gold.trim() === '') return 'the gold answer is empty';
  const part = goldPart(gold);
  const says = /[\p{L}\p{N}∞∅]/u.test(withoutCommands(part));
  const cutOff = isCutOff(part);
  if ((says && !cutOff) || (part.length <= MAX_BARE_GOLD && isMathematics(part))) return undefined;
  const shown = JSON.stringify(part.slice(0, 60));
  return says ? `the gold answer ${shown} is cut off` : `the gold answer ${shown} holds neither a number nor a word`;
}

/** The answer in a gold text: its boxes, what it states as a worked solution, the last formula of a long one, else all of it. A cut-off box runs to the end. */
export function goldPart(gold: string): string {
  const { boxes, cutOff } = findBoxes(gold);
  if (boxes.length > 0) return [...new Set(lastAnswer(gold, boxes).map((box) => box.content))].join(', ');
  if (cutOff) return gold.slice(gold.lastIndexOf('boxed{') + 'boxed{'.length);
  const stated = statedIn(gold);
  if (stated !== undefined) return stated;
  return gold.length > MAX_BARE_GOLD ? (lastFormula(gold.slice(-TAIL))?.found.text ?? gold) : gold;
}

/** How a solution states its answer, rather than only end in it. */
const STATED = new Set(['hash-marks', 'final-answer', 'answer-is', 'answer-tag', 'json-answer']);

/** Least words of a solution, and its least length where nothing but its last sentence says what its answer is. */
const SOLUTION_WORDS = 8;
const SOLUTION_LENGTH = 200;

/** The answer that a gold text states, where it is a worked solution: sentences, and no answer that is itself a sentence. */
function statedIn(gold: string): string | undefined {
  if (gold.includes('####') && /^####(?!#)/m.test(gold)) return bestAnswer(gold)?.text;
  const tail = gold.slice(-TAIL);
  if (!/[.!?:]\s|\n/.test(tail.trim())) return undefined;
  const end = masked(tail);
  const prose = end.replace(/\\[A-Za-z]+|\{[^{}]*\}/g, ' ');
  if ((prose.match(/\p{L}{2,}/gu) ?? []).length < SOLUTION_WORDS) return undefined;
  const found = bestAnswer(gold);
  if (!found) return undefined;
  const concludes =
    gold.length > SOLUTION_LENGTH &&
    /(?:^|[.!?]\s+|\n\s*)(?:so|thus|hence|therefore|then|finally)\b[^.!?\n]*[.!?]?\s*$/i.test(end);
  return STATED.has(found.rule) || concludes ? found.text : undefined;
}

const withoutCommands = (text: string): string => text.replace(/\\(?:begin|end)\s*\{\w*\*?\}|\\[A-Za-z]+/g, ' ');

/** A formula in which a brace is never closed. Words have no such end: `\text{yes` says yes. */
function isCutOff(text: string): boolean {
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '{') open++;
    else if (char === '}') open--;
  }
  return open > 0 && /\\[A-Za-z]/.test(plainWords(text));
}

/** `\pi`, `\emptyset`, `\mathbb{R}`; neither `\frac{}{}`, which is read as a text, nor `()`. */
function isMathematics(text: string): boolean {
  const node = parseAnswer(cleanAnswer(text));
  return node.kind !== 'text' && !(node.kind === 'group' && node.items.length === 0);
}
