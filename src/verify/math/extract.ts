/**
 * Finds the answer in a response: the last box, `####`, "the final answer is ...", else the last formula or number.
 * A box that the response breaks off in, or thinking that never ends, holds no answer.
 */
import { findBoxes, lastAnswer, type Box } from './boxes.js';
import { finalAnswerAt, finalPhrase, lastFormula, lastLetter, lastNumber, readsAsMathematics } from './phrases.js';
import type { FoundAnswer, MathOptions } from './types.js';

/** How much of the end of a response is searched for anything but boxes. */
const TAIL = 8_000;

/** The answers a text may be stating, best first; empty where nothing may be extracted. */
export function extractAnswers(text: string, options: MathOptions = {}): FoundAnswer[] {
  const said = answerPart(text);
  if (said === undefined) return [];
  const found = search(said, options);
  if (found.length > 0 || options.afterThinking || said.length === text.length || endsInBox(said)) return found;
  return search(text, options);
}

/** What follows the thinking; undefined where the thinking never ends. */
function answerPart(text: string): string | undefined {
  const closed = text.lastIndexOf('</think>');
  if (text.lastIndexOf('<think>') > closed) return undefined;
  return closed < 0 ? text : text.slice(closed + '</think>'.length);
}

const endsInBox = (text: string): boolean => findBoxes(text).cutOff;

function search(text: string, options: MathOptions): FoundAnswer[] {
  const kinds = options.kinds ?? ['latex', 'expression'];
  const { boxes, cutOff } = findBoxes(text);
  if (cutOff) return [];
  const boxed: FoundAnswer[] = [];
  if (boxes.length > 0) {
    const last = lastAnswer(text, boxes);
    const raw = text.slice(last[0]?.start, last.at(-1)?.end);
    boxed.push({
      text: [...new Set(last.map((box) => box.content))].join(', '),
      raw,
      rule: last.length > 1 ? 'joined-boxes' : 'last-box',
    });
  }
  const tail = text.length > TAIL ? text.slice(-TAIL) : text;
  // A "final answer" that is stated after the last box is the response's last word.
  const later = boxes.length > 0 && finalAnswerAt(text.slice((boxes.at(-1) as Box).end)) >= 0;
  if (boxed.length > 0 && boxed[0]?.text !== '' && (options.preferBoxed ?? true) && !later) return boxed;
  const candidates = [
    hashMarks(tail),
    kinds.includes('letter') ? lastLetter(tail) : undefined,
    finalPhrase(tail, kinds, boxes.length === 0),
    boxed[0]?.text === '' ? undefined : boxed[0],
    boxes.length > 0 ? undefined : whole(text, kinds),
    boxed.length > 0 ? undefined : trailing(tail, kinds),
    boxed[0],
  ];
  const seen = new Set<string>();
  return candidates.filter(
    (found): found is FoundAnswer => found !== undefined && !seen.has(found.text) && Boolean(seen.add(found.text)),
  );
}

/** The last `#### answer` line of GSM8K. */
function hashMarks(text: string): FoundAnswer | undefined {
  const match = [...text.matchAll(/####\s*:?[ \t]*([^\n]+)/g)].at(-1);
  const said = match?.[1]?.trim();
  if (!match || !said) return undefined;
  const answer = said.replace(/(?<=\d),(?=\d{3}(?!\d))/g, '');
  return { text: answer, raw: match[0], rule: 'hash-marks' };
}

/** A short response that is nothing but mathematics is its own answer. */
function whole(text: string, kinds: readonly string[]): FoundAnswer | undefined {
  const bare = text.trim();
  if (bare.length > 300 || !kinds.includes('expression') || /[$#]|\\[[(]|\*\*/.test(bare) || !readsAsMathematics(bare))
    return undefined;
  return { text: bare, raw: bare, rule: 'whole-response' };
}

/** The last formula or number, whichever comes later. */
function trailing(text: string, kinds: readonly string[]): FoundAnswer | undefined {
  const formula = kinds.includes('latex') ? lastFormula(text) : undefined;
  const number = kinds.includes('expression') ? lastNumber(text) : undefined;
  if (!formula || !number) return formula?.found ?? number?.found;
  // A number inside or beside the last formula's sentence is a remark on it.
  return number.start < formula.end ||
    !/[.!?]\s|\n|\b(?:therefore|thus|hence|so)\b/i.test(text.slice(formula.end, number.start))
    ? formula.found
    : number.found;
}
