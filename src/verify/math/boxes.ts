/** Finds the boxes of a text by walking braces, and which of them make up one answer. */
import type { FoundAnswer } from './types.js';
import { spend } from './work.js';

export interface Box {
  content: string;
  /** Where `\boxed` starts, and where the box ends. */
  start: number;
  end: number;
}

export interface Boxes {
  boxes: readonly Box[];
  /** Whether the text ends inside a box. */
  cutOff: boolean;
}

/** All outermost boxes (`\boxed{...}`, `\fbox{...}`, `\boxed 7`), in order. Linear in the length of the text. */
export function findBoxes(text: string): Boxes {
  spend(text.length);
  const boxes: Box[] = [];
  const opener = /\\(?:boxed|fbox)(?![A-Za-z])\s*/g;
  for (let match = opener.exec(text); match; match = opener.exec(text)) {
    const inside = match.index + match[0].length;
    const end = text[inside] === '{' ? closingBrace(text, inside) : inside + bareLength(text, inside);
    if (end === inside && inside < text.length) continue; // The command is only mentioned: `marked with \\boxed.`
    if (end === undefined || end === inside) return { boxes, cutOff: true };
    const braced = text[inside] === '{';
    boxes.push({
      content: (braced ? text.slice(inside + 1, end - 1) : text.slice(inside, end)).trim(),
      start: match.index,
      end,
    });
    opener.lastIndex = end;
  }
  return { boxes, cutOff: false };
}

/** Just after the brace that closes the one at `open`; undefined where none does. */
function closingBrace(text: string, open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return i + 1;
  }
  return undefined;
}

/** A box without braces holds the word that follows. */
const bareLength = (text: string, at: number): number =>
  /^[^\s{}\\$]*[^\s{}\\$.,;:]/.exec(text.slice(at, at + 100))?.[0].length ?? 0;

/** What the boxes of one answer say together: values by commas, each with the name that stands before its box where all have one. */
export function textOfBoxes(text: string, boxes: readonly Box[]): FoundAnswer {
  const raw = text.slice(boxes[0]?.start, boxes.at(-1)?.end);
  if (boxes.length === 1) return { text: (boxes[0] as Box).content, raw, rule: 'last-box' };
  const names = boxes.map((box) => NAME_BEFORE.exec(text.slice(Math.max(0, box.start - 40), box.start))?.[1]);
  const named = names.every((name) => name !== undefined) && new Set(names).size === names.length;
  const parts = boxes.map((box) => partBefore(text, box.start));
  const said = boxes.map((box, i) =>
    named ? `${names[i]} = ${box.content}` : parts.every(Boolean) ? `${parts[i]} ${box.content}` : box.content,
  );
  return { text: [...new Set(said)].join(', '), raw, rule: 'joined-boxes' };
}

/** `x = ` or `$y = ` just before a box. */
const NAME_BEFORE = /(?<![\\\w])([A-Za-z](?:_(?:\w|\{\w+\}))?)\s*=\s*\$?\s*$/;

/** `(a)` just before a box: it is the answer to a part of the question. */
const partBefore = (text: string, at: number): string | undefined =>
  /(?:^|[\s,;.$])(\([a-h]\))\s*:?\s*(?:\$|\\\(|\\\[)?\s*$/.exec(text.slice(Math.max(0, at - 20), at))?.[1];

/** Whether two boxes stand behind marks that follow each other, `(a)` and `(b)`. */
function consecutive(text: string, a: Box, b: Box): boolean {
  const [first, second] = [partBefore(text, a.start)?.charCodeAt(1), partBefore(text, b.start)?.charCodeAt(1)];
  return first !== undefined && second === first + 1 && b.start - a.end < 120;
}

/** Most words between two boxes of one answer. */
const MAX_WORDS = 6;

/** The boxes that make up the last answer: the last one, and those joined to it by commas, `and`, `or`. */
export function lastAnswer(text: string, boxes: readonly Box[]): readonly Box[] {
  let first = boxes.length - 1;
  while (first > 0) {
    const [a, b] = [boxes[first - 1] as Box, boxes[first] as Box];
    const named = NAME_BEFORE.test(text.slice(Math.max(0, a.start - 40), a.start));
    if (!joins(text.slice(a.end, b.start), named) && !consecutive(text, a, b)) break;
    first--;
  }
  return boxes.slice(Math.max(first, 0));
}

function joins(between: string, named: boolean): boolean {
  if (between.length > 120 || /\n\s*\n/.test(between)) return false;
  const words = between.replace(/\\text\w*\s*\{|\\[a-z]+|\\[()[\],;:! ]/g, ' ').match(/[A-Za-z][\w']*/g) ?? [];
  if (
    named &&
    /^\s*\$?\s*[,;]?\s*(?:\\text\{\s*and\s*\}|\\quad|and)?\s*\$?\s*[A-Za-z](?:_(?:\w|\{\w+\}))?\s*=\s*\$?\s*$/.test(
      between,
    )
  )
    return true;
  if (words.length === 0) return !/[=<>]|\\(?:cdot|times|Rightarrow|implies|to)/.test(between);
  return words.length <= MAX_WORDS && words.some((word) => /^(?:and|or)$/i.test(word)) && !/[.!?]\s/.test(between);
}
