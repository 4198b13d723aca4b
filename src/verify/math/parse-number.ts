/** Numbers as they are written: plain, with a base, with repeating digits. */
import { parseDecimal, rational } from '../../data/rational.js';
import { NotMathematics, type Cursor } from './cursor.js';
import type { Node } from './nodes.js';

/** The number a literal says, with how many decimals it has; throws where it is absurdly long. */
export function numberNode(literal: string): Node {
  const value = parseDecimal(literal.replace(/\.$/, ''));
  if (!value) return hugeNumber(literal);
  const places = /\.(\d+)/.exec(literal)?.[1]?.length;
  return places === undefined ? { kind: 'num', value } : { kind: 'num', value, places };
}

const MAX_DIGITS = 20_000;

function hugeNumber(literal: string): Node {
  if (!/^\d+$/.test(literal) || literal.length > MAX_DIGITS) throw new NotMathematics('a number is too long');
  return { kind: 'num', value: rational(BigInt(literal)) };
}

/** A number literal that has been taken, with what may be attached to it. */
export function numberWithMarks(c: Cursor, literal: string): Node {
  if (c.is('_')) return based(c, literal);
  if (literal.includes('.') && (c.is('overline', 'cmd') || c.is('dot', 'cmd'))) return repeating(c, literal);
  if (literal.includes('.') && repeatsInBrackets(c, literal)) {
    c.next();
    const digits = c.next().value;
    c.next();
    return repeated(literal, digits);
  }
  if (literal.includes('.') && c.is('dots', 'cmd')) {
    c.next();
    const pattern = REPEATING.exec(literal);
    if (pattern) return repeated(literal.slice(0, pattern.index), (pattern[1] ?? pattern[2]) as string);
  }
  return numberNode(literal);
}

/** Digits at the end that say what goes on: three times the same, or five and more twice. */
const REPEATING = /(?<=\.\d*?)(?:(\d{1,4}?)\1{2,}|(\d{5,20}?)\2+)$/;

const BASE_WORDS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen'.split(' ');

export function based(c: Cursor, digits: string): Node {
  c.next();
  const braced = c.take('{', 'open');
  const token = c.next();
  const base = token.kind === 'num' ? Number(token.value) : BASE_WORDS.indexOf(token.value.trim().toLowerCase());
  if (braced && !c.take('}', 'close')) throw new NotMathematics('a base is not a number');
  if (!Number.isInteger(base) || base < 2 || base > 36) throw new NotMathematics('a base is not a number from 2 to 36');
  const clean = digits.replace(/[\s,.]+$/, '').toLowerCase();
  if (clean.length > 500) throw new NotMathematics('a number is too long');
  let [value, scale, point] = [0n, 1n, false];
  for (const char of clean) {
    if (char === '.' && !point) {
      point = true;
      continue;
    }
    const digit = /[0-9a-z]/.test(char) ? parseInt(char, 36) : 99;
    if (digit >= base) throw new NotMathematics('a digit does not exist in its base');
    value = value * BigInt(base) + BigInt(digit);
    if (point) scale *= BigInt(base);
  }
  return { kind: 'based', value: rational(value, scale), digits: clean.replace(/^0+(?=.)/, ''), base };
}

/** `0.1\overline{6}`: exactly 1/6. */
function repeating(c: Cursor, literal: string): Node {
  c.next();
  const braced = c.take('{', 'open');
  const token = c.next();
  if (token.kind !== 'num' || !/^\d{1,100}$/.test(token.value) || (braced && !c.take('}', 'close')))
    throw new NotMathematics('no repeating digits');
  return repeated(literal, token.value);
}

/** `0.(3)`, and `0.1(6)` where nothing follows that would make it a product. */
function repeatsInBrackets(c: Cursor, literal: string): boolean {
  const [open, digits, close, after] = [c.peek(), c.peek(1), c.peek(2), c.peek(3)];
  if (open.value !== '(' || open.spaced || close.value !== ')' || !/^\d{1,100}$/.test(digits.value)) return false;
  return literal.endsWith('.') || after.kind === 'end' || (after.kind === 'op' && /^[,;=]$/.test(after.value));
}

function repeated(literal: string, digits: string): Node {
  const [whole = '', part = ''] = literal.split('.');
  const [all, fixed] = [BigInt(`0${whole}${part}${digits}`), BigInt(`0${whole}${part}`)];
  const scale = 10n ** BigInt(part.length) * (10n ** BigInt(digits.length) - 1n);
  return { kind: 'num', value: rational(all - fixed, scale) };
}
