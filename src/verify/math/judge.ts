/** Judges a response against a gold answer: finds the answer, reads both, compares them, and keeps the steps. */
import { findBoxes } from './boxes.js';
import { cleanAnswer, sameSpelling } from './clean.js';
import { compareAnswers, contextOf, type CompareContext } from './compare/index.js';
import { sayTheSame } from './compare/meaning.js';
import { choiceLetter, plainWords } from './compare/text.js';
import { bestAnswer } from './extract.js';
import { formOf } from './form.js';
import { goldIsTooCostly, goldPart, MAX_ANSWER, TOO_COSTLY, unreadableGold } from './gold.js';
import { some, type Node } from './nodes.js';
import { countedNotation } from './notation.js';
import { parseAnswer } from './parse.js';
import type { FoundAnswer, MathJudgement, MathOptions } from './types.js';
import { unitOf } from './units.js';
import { readWords } from './words.js';
import { JUDGEMENT_BUDGET, withinBudget } from './work.js';

/**
 * Judges one response. Pure and synchronous; never throws. The work is counted (work.ts): the same pair is too costly on
 * every machine or on none. Then the gold answer is at fault where it is too costly by itself, the response otherwise.
 */
export function judgeAnswer(gold: string, response: string, options: MathOptions = {}): MathJudgement {
  const steps: string[] = [];
  const judged = withinBudget(JUDGEMENT_BUDGET, () => judge(gold, response, options, steps));
  if (judged.spent !== undefined) return judged.value;
  if (goldIsTooCostly(gold, options))
    return { outcome: 'gold_unparseable', rule: 'gold-too-costly', steps: [...steps, TOO_COSTLY] };
  const found = withinBudget(JUDGEMENT_BUDGET, () => bestAnswer(response, options));
  const extracted = found.spent === undefined ? undefined : found.value?.text;
  steps.push('comparing the answer takes more work than is allowed');
  return { outcome: 'too_costly', rule: 'work-limit', ...(extracted !== undefined && { extracted }), steps };
}

function judge(gold: string, response: string, options: MathOptions, steps: string[]): MathJudgement {
  const problem = unreadableGold(gold);
  if (problem !== undefined) return { outcome: 'gold_unparseable', rule: 'gold-unreadable', steps: [problem] };
  const part = goldPart(gold);
  const goldText = part.length > MAX_ANSWER ? part : cleanAnswer(part);
  steps.push(`gold reads ${show(goldText)}`);
  const found = bestAnswer(response, options);
  if (!found)
    return {
      outcome: 'no_answer',
      rule: whyNothing(response),
      goldForm: show(goldText),
      steps: [...steps, 'no answer was found'],
    };
  steps.push(`answer ${show(found.text)} found by ${found.rule}`);
  if (SAID.has(found.rule) && found.raw.trim().length > found.text.length + 1)
    steps.push(`read of ${JSON.stringify(show(found.raw.trim()))}; the rest is not compared`);
  if (found.text.length > MAX_ANSWER || part.length > MAX_ANSWER) {
    const same = found.text.trim() === part.trim();
    const rule = same ? 'same-spelling' : 'too-long';
    return { outcome: same ? 'match' : 'mismatch', rule, extracted: found.text, goldForm: show(goldText), steps };
  }
  if (found.text === '')
    return { outcome: 'no_answer', rule: 'box-empty', extracted: '', goldForm: show(goldText), steps };
  return compareTexts(part, goldText, found, options, steps);
}

/** Rules that take an answer out of a statement. */
const SAID = new Set(['final-answer', 'answer-is', 'answer-tag', 'json-answer', 'hash-marks']);

function whyNothing(response: string): string {
  if (response.lastIndexOf('<think>') > response.lastIndexOf('</think>')) return 'thinking-unfinished';
  return findBoxes(response).cutOff ? 'box-cut-off' : 'nothing-found';
}

const show = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text);

function compareTexts(
  part: string,
  goldText: string,
  found: FoundAnswer,
  options: MathOptions,
  steps: string[],
): MathJudgement {
  const answerText = found.text === part ? goldText : cleanAnswer(found.text);
  const finish = (equal: boolean, rule: string, forms?: { goldForm: string; answerForm: string }): MathJudgement => ({
    outcome: equal ? 'match' : 'mismatch',
    rule,
    extracted: found.text,
    goldForm: show(goldText),
    answerForm: show(answerText),
    ...forms,
    steps,
  });
  if (goldText === answerText || sameSpelling(goldText) === sameSpelling(answerText)) {
    steps.push('both are spelled the same');
    return finish(true, 'same-spelling');
  }
  const context = contextOf(options);
  let first: { rule: string; goldForm: string; answerForm: string } | undefined;
  const [goldRead, answerRead] = [readWords(goldText), readWords(answerText)];
  for (const [side, text, read] of [
    ['gold', goldText, goldRead],
    ['answer', answerText, answerRead],
  ] as const)
    if (read !== text) steps.push(`words of the ${side} are mathematics: ${show(read)}`);
  const golds = [...readings(goldRead), ...decimalComma(goldRead, 3)];
  const answers = [...readings(answerRead), ...decimalComma(answerRead, 1)];
  for (const [side, node] of [
    ['gold', golds[0]],
    ['answer', answers[0]],
  ] as const) {
    const why = node && notUnderstood(node);
    if (why !== undefined) steps.push(`${side} is compared as text: ${why}`);
  }
  for (const [side, text, nodes] of [
    ['gold', goldRead, golds],
    ['answer', answerRead, answers],
  ] as const) {
    if (/\d\s*,\s*\d/.test(text))
      steps.push(`the comma of the ${side}: ${nodes.map((node) => show(formOf(node))).join(', or ')}`);
    const nouns = countedNouns(nodes[0]);
    if (nouns !== '') steps.push(`words of the ${side} that only name what is counted: ${nouns}`);
  }
  for (const gold of golds) {
    for (const answer of answers) {
      const { equal, rule, ...forms } = compareSafely(gold, answer, context);
      steps.push(`${forms.goldForm} against ${forms.answerForm}: ${rule}`);
      if (equal) return finish(true, rule, forms);
      first ??= { rule, ...forms };
    }
  }
  const words = compareWords(goldRead, answerRead);
  if (words) {
    steps.push(words);
    return finish(true, words);
  }
  return finish(false, first?.rule ?? 'different', first);
}

/** The ways a text may be read: `1,234` as one number or two, `C_5^2` as a power or as choices. */
function readings(text: string): Node[] {
  const nodes = [parseAnswer(text)];
  if (/(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)/.test(text) && !/,0\d/.test(text))
    nodes.push(parseAnswer(text, { commasSeparate: true }));
  const counted = countedNotation(text);
  if (counted !== undefined) nodes.push(parseAnswer(counted));
  return nodes;
}

/**
 * `3,14` as a decimal, from so many places on: a gold answer of fewer is two numbers, `1,3` must not match 1.3. What reads as
 * thousands is thousands: `42,000` is not 42.
 */
function decimalComma(text: string, places: number): Node[] {
  const at = text.indexOf(',');
  if (at < 0 || /[([{]/.test(text.slice(0, at))) return [];
  const whole = /\d{1,20}$/.exec(text.slice(Math.max(0, at - 20), at))?.[0] ?? '';
  const decimals = /^(\d+)[^,\d([{]*$/.exec(text.slice(at + 1))?.[1] ?? '';
  const thousands = decimals.length === 3 && /^[1-9]\d{0,2}$/.test(whole);
  return decimals.length >= places && whole !== '' && !thousands ? [parseAnswer(text, { commaIsPoint: true })] : [];
}

/** The words after values that are no units, for the steps: they are not compared. */
function countedNouns(node: Node | undefined): string {
  if (node === undefined || !some(node, (part) => part.kind === 'quantity')) return '';
  const nouns: string[] = [];
  some(node, (part) => {
    if (part.kind === 'quantity' && unitOf(part.unit) === undefined) nouns.push(part.unit.trim());
    return false;
  });
  return nouns.join(', ');
}

/** What a reading did not understand, for the steps; undefined where it is mathematics or words. */
const notUnderstood = (node: Node): string | undefined => (node.kind === 'text' ? node.why : undefined);

interface Comparison {
  equal: boolean;
  rule: string;
  goldForm: string;
  answerForm: string;
}

/** Deep trees may exhaust the stack: such answers are no match, and no crash. */
function compareSafely(gold: Node, answer: Node, context: CompareContext): Comparison {
  try {
    const forms = { goldForm: show(formOf(gold)), answerForm: show(formOf(answer)) };
    return { ...compareAnswers(gold, answer, context), ...forms };
  } catch (error) {
    if (error instanceof RangeError) return { equal: false, rule: 'too-large', goldForm: '...', answerForm: '...' };
    throw error;
  }
}

/** The rule by which two texts say the same in words; undefined where they do not. */
function compareWords(gold: string, answer: string): string | undefined {
  const [a, b] = [choiceLetter(gold), choiceLetter(answer)];
  if (a && a === b && (isBareLetter(gold) || isBareLetter(answer))) return 'same-choice';
  if (!/[A-Za-z]{2}/.test(gold) || /\\(?:frac|sqrt|d?frac|pi|cdot)/.test(gold)) return undefined;
  return /^[\p{L}\d\s'.:()/-]+$/u.test(plainWords(gold)) &&
    !/^[\d\s]*$/.test(plainWords(gold)) &&
    sayTheSame(gold, answer) &&
    sameCase(gold, answer)
    ? 'same-words'
    : undefined;
}

/** Whether short words beside numbers have the same capitals: 3 MW is not 3 mW. */
const sameCase = (gold: string, answer: string): boolean => {
  const short = (text: string): string => (text.match(/(?<![A-Za-z\\])[A-Za-z]{1,3}(?![A-Za-z{])/g) ?? []).join(' ');
  return !/\d/.test(gold) || short(gold) === short(answer);
};

/** Whether a text is the letter of a choice with nothing said after it. */
const isBareLetter = (text: string): boolean =>
  (text.replace(/\\[a-z]+/g, '').match(/[\p{L}\p{N}]/gu) ?? []).length === 1;
