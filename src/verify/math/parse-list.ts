/** Above expressions: units, ratios, unions, relations, and lists of them. */
import { NotMathematics, type Cursor } from './cursor.js';
import type { Node, Relation } from './nodes.js';
import { parseSum } from './parse-expression.js';
import { unitOf } from './units.js';

const RELATIONS = new Set<string>(['=', '!=', '<', '>', '<=', '>=', '~=', 'in', '=>']);
const SEPARATORS = new Set([',', ';', 'and']);

/** Most items of a list that is read. */
const MAX_ITEMS = 20_000;

/** Items up to a closing bracket or the end; one item alone is itself. Semicolons beside commas part groups. */
export function parseList(c: Cursor): Node {
  return c.nested(() => {
    const groups: Node[][] = [[]];
    let commas = 0;
    for (let count = 0; c.peek().kind !== 'end' && c.peek().kind !== 'close'; count++) {
      if (count > MAX_ITEMS) throw new NotMathematics('a list is too long');
      (groups.at(-1) as Node[]).push(parseRelation(c));
      if (c.peek().kind === 'end' || c.peek().kind === 'close') break;
      if (!SEPARATORS.has(c.peek().value) || c.peek().kind !== 'op')
        throw new NotMathematics(`unexpected ${c.peek().value}`);
      while (c.peek().kind === 'op' && SEPARATORS.has(c.peek().value)) {
        const separator = c.next().value;
        if (separator === ';' && (groups.at(-1) as Node[]).length > 0) groups.push([]);
        else commas++;
      }
    }
    const filled = groups.filter((group) => group.length > 0);
    if (filled.length === 0) throw new NotMathematics('nothing stands here');
    if (commas > 0 && filled.length > 1)
      return { kind: 'list', items: filled.map((items) => single(items)), grouped: true };
    return single(filled.flat());
  });
}

const single = (items: readonly Node[]): Node => (items.length === 1 ? (items[0] as Node) : { kind: 'list', items });

/** A chain of sides joined by relations; a side alone is itself. */
export function parseRelation(c: Cursor): Node {
  return c.nested(() => {
    while (c.is('~=') || c.is('=>') || c.is('=')) c.next();
    const sides: Node[] = [parseSide(c)];
    const ops: Relation[] = [];
    while (c.peek().kind === 'op' && RELATIONS.has(c.peek().value)) {
      ops.push(c.next().value as Relation);
      sides.push(parseSide(c));
    }
    return ops.length === 0 ? (sides[0] as Node) : { kind: 'relation', sides, ops };
  });
}

/** Sets joined by union, intersection and difference; any other side of a relation. */
function parseSide(c: Cursor): Node {
  let left = parseQuantity(c);
  while (c.is('cup') || c.is('cap') || c.is('minus')) {
    const kind = { cup: 'union', cap: 'intersection', minus: 'difference' }[c.next().value] as
      | 'union'
      | 'intersection'
      | 'difference';
    const right = parseQuantity(c);
    left =
      kind !== 'difference' && left.kind === kind
        ? { kind, args: [...left.args, right] }
        : { kind, args: [left, right] };
  }
  return left;
}

function parseQuantity(c: Cursor): Node {
  if (c.peek().kind === 'text' && c.peek(1).kind !== 'end') {
    const words = c.peek().value;
    const mark = c.mark();
    c.next();
    if ((words === 'dollars' || /(?::|=|\bis)\s*$/.test(words)) && (c.startsFactor() || c.is('-'))) {
      const value = parseRatio(c);
      return words === 'dollars' ? { kind: 'quantity', value, unit: unitWords(c) || 'dollars' } : withUnit(c, value);
    }
    c.rewind(mark);
  }
  return withUnit(c, parseRatio(c));
}

function withUnit(c: Cursor, value: Node): Node {
  if (c.peek().kind !== 'text' || value.kind === 'text') return value;
  const unit = unitWords(c);
  if (value.kind === 'ratio' && /^\s*[ap]\.?\s?m\.?\s*$/i.test(unit)) {
    return { ...value, written: [...value.written, unit.trim()[0]?.toLowerCase() === 'p' ? 'pm' : 'am'] };
  }
  return { kind: 'quantity', value, unit };
}

/** Words after a value, with their powers and slashes: `square cm`, `cm^2`, `miles/hour`. */
function unitWords(c: Cursor): string {
  let words = '';
  for (;;) {
    const token = c.peek();
    if (token.kind === 'text') words += ` ${c.next().value}`;
    else if (words !== '' && token.value === '^' && token.kind === 'op') words += unitPower(c);
    else if (words !== '' && token.value === '/' && c.peek(1).kind === 'text') words += c.next().value;
    else if (words !== '' && token.value === 'in' && token.kind === 'op' && unitOf('in')) words += ` ${c.next().value}`;
    else return words;
  }
}

function unitPower(c: Cursor): string {
  c.next();
  const braced = c.take('{', 'open');
  const power = c.next();
  if (power.kind !== 'num' || (braced && !c.take('}', 'close'))) throw new NotMathematics('a unit has no such power');
  return `^${power.value}`;
}

/** Parts joined by colons. */
function parseRatio(c: Cursor): Node {
  const parts: Node[] = [];
  const written: string[] = [];
  do {
    const token = c.peek();
    const part = parseChoose(c);
    parts.push(part);
    written.push(part.kind === 'num' ? token.value : '');
  } while (c.take(':'));
  return parts.length === 1 ? (parts[0] as Node) : { kind: 'ratio', parts, written };
}

function parseChoose(c: Cursor): Node {
  const top = parseSum(c);
  if (!c.take('choose', 'cmd')) return top;
  return { kind: 'call', name: 'binom', args: [top, parseSum(c)] };
}
