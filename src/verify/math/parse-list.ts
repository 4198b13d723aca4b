/** Above expressions: ratios, unions, relations, and lists of them. */
import { NotMathematics, type Cursor } from './cursor.js';
import type { Node, Relation } from './nodes.js';
import { parseSum } from './parse-expression.js';
import { argumentOrNumber } from './parse-function.js';
import { parseQuantity } from './parse-quantity.js';
import { isRelation } from './relations.js';
import { isConnective, isFiller } from './vocabulary.js';

const SEPARATORS = new Set([',', ';', 'and', 'or']);

/** Most items of a list that is read. */
const MAX_ITEMS = 20_000;

/** Items up to a closing bracket or the end; one item alone is itself. Semicolons beside commas part groups. */
export function parseList(c: Cursor): Node {
  return c.nested(() => {
    const groups: Node[][] = [[]];
    let commas = 0;
    let alternatives = false;
    takeConnectives(c);
    for (let count = 0; !c.endsList(); count++) {
      if (count > MAX_ITEMS) throw new NotMathematics('a list is too long');
      (groups.at(-1) as Node[]).push(parseRelation(c));
      if (c.endsList()) break;
      // A condition in brackets or after "for" stands beside what it is a condition on, as after a comma.
      const condition = takeConnectives(c) || c.is('(', 'open');
      if (
        condition &&
        c.peek().kind === 'sym' &&
        c.previous()?.kind === 'text' &&
        /\b(?:all|any|every|each)\s*$/i.test(c.previous()?.value ?? '')
      ) {
        // "for all x" says nothing of x.
        const mark = c.mark();
        c.next();
        if (c.endsList()) break;
        c.rewind(mark);
      }
      if (!condition && (!SEPARATORS.has(c.peek().value) || c.peek().kind !== 'op'))
        throw new NotMathematics(`unexpected ${tokenName(c)}`);
      if (condition) commas++;
      while (c.peek().kind === 'op' && SEPARATORS.has(c.peek().value)) {
        const separator = c.next().value;
        if (separator === 'or') alternatives = true;
        if (separator === ';' && (groups.at(-1) as Node[]).length > 0) groups.push([]);
        else commas++;
      }
      takeConnectives(c);
    }
    const filled = groups.filter((group) => group.length > 0);
    if (filled.length === 0) throw new NotMathematics('nothing stands here');
    if (commas > 0 && filled.length > 1)
      return { kind: 'list', items: filled.map((group) => single(group)), grouped: true };
    return single(filled.flat(), alternatives);
  });
}

/** Takes the words that lead over to a condition; false where none stand. */
function takeConnectives(c: Cursor): boolean {
  if (c.peek().kind !== 'text' || !isConnective(c.peek().value) || c.peek(1).kind === 'end') return false;
  while (c.peek().kind === 'text' && (isConnective(c.peek().value) || isFiller(c.peek().value))) c.next();
  return true;
}

/** What a message calls the token under the cursor. */
const tokenName = (c: Cursor): string => c.peek().value.replace(/^unknown:/, '\\') || 'end';

const single = (items: readonly Node[], alternatives = false): Node =>
  items.length === 1 ? (items[0] as Node) : { kind: 'list', items, ...(alternatives && { alternatives }) };

/** A chain of sides joined by relations; a side alone is itself. */
export function parseRelation(c: Cursor): Node {
  return c.nested(() => {
    while (c.is('~=') || c.is('\\sim') || c.is('=>') || c.is('=')) c.next();
    const sides: Node[] = [parseSide(c)];
    const ops: Relation[] = [];
    while (c.peek().kind === 'op' && isRelation(c.peek().value)) {
      const op = c.next().value as Relation;
      const side = parseSide(c);
      ops.push(op === '\\equiv' ? '=' : op);
      // After `\equiv`, `3 \mod 7` is no remainder but 3 up to multiples of 7.
      sides.push(
        op === '\\equiv' && side.kind === 'call' && side.name === 'mod' ? { ...side, name: '@residue' } : side,
      );
    }
    const modulus = takeModulus(c);
    if (modulus) sides.push({ kind: 'call', name: '@residue', args: [sides.pop() as Node, modulus] });
    return ops.length === 0 ? (sides[0] as Node) : { kind: 'relation', sides, ops };
  });
}

/** `\\pmod 7`, `(\\bmod 7)`, `(mod 7)` after a relation: what it holds up to multiples of. */
function takeModulus(c: Cursor): Node | undefined {
  if (c.is('pmod', 'cmd')) {
    c.next();
    return argumentOrNumber(c);
  }
  const mark = c.mark();
  if (c.take('(', 'open') && (c.is('bmod', 'cmd') || c.is('mod', 'text')) && c.next()) {
    const modulus = parseSum(c);
    if (c.take(')', 'close')) return modulus;
  }
  c.rewind(mark);
  return undefined;
}

/** Sets joined by union, intersection and difference; any other side of a relation. */
function parseSide(c: Cursor): Node {
  let left = parseQuantity(c, parseRatio);
  while (c.is('cup') || c.is('cap') || c.is('minus')) {
    const kind = { cup: 'union', cap: 'intersection', minus: 'difference' }[c.next().value] as
      | 'union'
      | 'intersection'
      | 'difference';
    const right = parseQuantity(c, parseRatio);
    left =
      kind !== 'difference' && left.kind === kind
        ? { kind, args: [...left.args, right] }
        : { kind, args: [left, right] };
  }
  return left;
}

/** Parts joined by colons; what follows a name in words is what is said of it (`\text{Tom}: 5`). */
function parseRatio(c: Cursor): Node {
  const parts: Node[] = [];
  const written: string[] = [];
  do {
    const token = c.peek();
    const part = parseChoose(c);
    parts.push(part);
    written.push(part.kind === 'num' ? token.value : '');
  } while (c.take(':') || takesTo(c));
  const [first, second] = parts;
  if (first?.kind === 'text' && second && parts.length === 2)
    return { kind: 'relation', sides: [first, second], ops: ['='] };
  return parts.length === 1 ? (first as Node) : { kind: 'ratio', parts, written };
}

/** `3 to 4` is 3:4. */
function takesTo(c: Cursor): boolean {
  if (c.peek().kind !== 'text' || c.peek().value.trim() !== 'to' || c.peek(1).kind !== 'num') return false;
  c.next();
  return true;
}

function parseChoose(c: Cursor): Node {
  const top = parseSum(c);
  if (!c.take('choose', 'cmd')) return top;
  return { kind: 'call', name: 'binom', args: [top, parseSum(c)] };
}
