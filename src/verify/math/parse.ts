/** From the text of an answer to its tree. What is no mathematics becomes a text, so that parsing never fails. */
import { Cursor, NotMathematics, type Grammar } from './cursor.js';
import { dateIn, timeIn } from './dates.js';
import { enumeratedParts } from './enumeration.js';
import { integer, mapChildren, type Node } from './nodes.js';
import { usualNotation } from './notation.js';
import { numberOfWords } from './number-words.js';
import { parsePower, parseProduct, parseSum } from './parse-expression.js';
import { parseList, parseRelation } from './parse-list.js';
import { parsePrimary } from './parse-primary.js';
import { tokenize, type ReadingOptions } from './tokens.js';

const GRAMMAR: Grammar = {
  list: parseList,
  relation: parseRelation,
  sum: parseSum,
  product: parseProduct,
  power: parsePower,
  primary: parsePrimary,
};

/** Longest answer that is parsed as mathematics; longer ones are compared as text. */
const MAX_LENGTH = 20_000;

/** The tree of a cleaned answer. Never throws. */
export function parseAnswer(text: string, options: ReadingOptions = {}): Node {
  if (text.length > MAX_LENGTH) return { kind: 'text', value: text, why: 'it is too long' };
  const date = dateIn(text);
  if (date !== undefined) return { kind: 'text', value: date };
  const parts = enumeratedParts(text);
  if (parts)
    return { kind: 'list', items: parts.map(({ label, value }) => marked(label, parseAnswer(value, options))) };
  try {
    const cursor = new Cursor(tokenize(usualNotation(text), options), GRAMMAR);
    const node = parseList(cursor);
    const rest = cursor.peek();
    if (rest.kind === 'end') return readTexts(node, 0);
    return { kind: 'text', value: text, why: `${rest.value.replace(/^\w+:/, '\\')} is not understood` };
  } catch (error) {
    if (error instanceof NotMathematics) return { kind: 'text', value: text, why: error.message };
    if (error instanceof RangeError) return { kind: 'text', value: text, why: 'it is too deep' };
    throw error;
  }
}

/** Deepest tree: what walks a tree stays far from the stack's end, wherever that is, so that no verdict depends on it. */
const MAX_DEPTH = 250;

/** A part of an enumeration: its mark names it, as `x =` would. */
const marked = (label: string, value: Node): Node => ({
  kind: 'relation',
  sides: [{ kind: 'text', value: `part ${label}` }, value],
  ops: ['='],
});

/** Words that are numbers, letters of a choice or sets become so: `four`, `(C)`, `A, B`, `no solution`. */
function readTexts(node: Node, depth: number): Node {
  if (depth > MAX_DEPTH) throw new NotMathematics('nested too deeply');
  if (node.kind !== 'text') return mapChildren(node, (child) => readTexts(child, depth + 1));
  const words = node.value.trim().replace(/[.,;:!]+$/, '');
  const time = timeIn(words);
  if (time) return time;
  const number = numberOfWords(words);
  if (number !== undefined) return integer(number);
  const letter = /^\(?([A-Za-z])\)?$/.exec(words)?.[1];
  if (letter) return letter === 'e' || letter === 'i' ? { kind: 'const', name: letter } : { kind: 'sym', name: letter };
  if (/^(?:the )?(?:no (?:real )?solutions?|empty set|none)$/i.test(words)) return { kind: 'set', items: [] };
  if (/^(?:all )?(?:the )?real numbers$|^all reals$/i.test(words)) return { kind: 'reals' };
  const items = words.split(/\s*,\s*(?:and\s+)?|\s+(?:and|or)\s+/);
  if (items.length > 1 && items.every((item) => item !== '')) {
    return { kind: 'list', items: items.map((value) => readTexts({ kind: 'text', value }, depth + 1)) };
  }
  return { kind: 'text', value: dateIn(words) ?? words };
}
