/** What stands around a value: units, currencies, clock words. */
import { rational } from '../../data/rational.js';
import { NotMathematics, type Cursor } from './cursor.js';
import type { Node } from './nodes.js';
import { clockHalf, isConnective } from './vocabulary.js';
import { isCurrency, isUnitText, unitOf, type Unit } from './units.js';

/** A value with what stands before and after it; `parseValue` reads the value itself. */
export function parseQuantity(c: Cursor, parseValue: (c: Cursor) => Node): Node {
  if (c.peek().kind === 'text' && c.peek(1).kind !== 'end') {
    const mark = c.mark();
    const words = c.next().value;
    const valueNext = c.startsFactor() || c.is('-') || c.is('+');
    if (isCurrency(words) && valueNext) {
      const value = parseValue(c);
      return { kind: 'quantity', value, unit: unitWords(c) || words };
    }
    if (/(?::|=)\s*$/.test(words) && valueNext)
      return labelled(words.replace(/[\s:=]+$/, ''), withUnit(c, parseValue(c)));
    if (/\bis\s*$/.test(words) && valueNext) return withUnit(c, parseValue(c));
    c.rewind(mark);
  }
  const value = withUnit(c, parseValue(c));
  return value.kind === 'quantity' ? compound(c, value, parseValue) : value;
}

const labelled = (words: string, value: Node): Node =>
  words === '' ? value : { kind: 'relation', sides: [{ kind: 'text', value: words }, value], ops: ['='] };

function withUnit(c: Cursor, value: Node): Node {
  if (!startsUnit(c) || value.kind === 'text') return value;
  const unit = unitWords(c);
  const half = clockHalf(unit);
  if (half !== undefined) {
    const time = onTheClock(value);
    if (time) return { ...time, written: half === '' ? time.written : [...time.written, half] };
  }
  return unit === '' ? value : { kind: 'quantity', value, unit };
}

const startsUnit = (c: Cursor): boolean =>
  (c.peek().kind === 'text' && !isConnective(c.peek().value)) || (c.is('frac', 'cmd') && isUnitFraction(c));

/** `10\frac{\text{m}}{\text{s}}` */
function isUnitFraction(c: Cursor): boolean {
  return c.peek(1).value === '{' && c.peek(2).kind === 'text' && unitOf(c.peek(2).value) !== undefined;
}

/** A whole hour or a time with minutes as a time of the clock; undefined for any other value. */
function onTheClock(value: Node): Extract<Node, { kind: 'ratio' }> | undefined {
  if (value.kind === 'ratio') return value;
  if (value.kind !== 'num' || value.value.d !== 1n || value.value.n < 0n || value.value.n > 24n) return undefined;
  const hour = value.value.n.toString();
  return { kind: 'ratio', parts: [value, { kind: 'num', value: rational(0n) }], written: [hour, '00'] };
}

/** Units that are commonly said together: 1 hour 30 minutes, 5 feet 6 inches, 2 dollars and 30 cents. */
function compound(c: Cursor, first: Extract<Node, { kind: 'quantity' }>, parseValue: (c: Cursor) => Node): Node {
  const unit = isUnitText(first.unit.trim()) ? unitOf(first.unit) : undefined;
  if (!unit || /[ ^/]/.test(unit.dimension)) return first;
  const mark = c.mark();
  const joined = c.take('and') || c.take(',');
  if (c.peek().kind !== 'num') {
    c.rewind(mark);
    return first;
  }
  const next = withUnit(c, parseValue(c));
  const smaller = next.kind === 'quantity' && isUnitText(next.unit.trim()) ? unitOf(next.unit) : undefined;
  if (next.kind !== 'quantity' || !smaller || !isPart(unit, smaller, next.value, joined)) {
    c.rewind(mark);
    return first;
  }
  const factor = rational(unit.factor.n * smaller.factor.d, unit.factor.d * smaller.factor.n);
  const value: Node = {
    kind: 'add',
    args: [{ kind: 'mul', args: [first.value, { kind: 'num', value: factor }] }, next.value],
  };
  return compound(c, { kind: 'quantity', value, unit: next.unit }, parseValue);
}

/** Whether a value in a smaller unit completes one in a larger; "and" joins two answers where units are metric. */
function isPart(unit: Unit, smaller: Unit, value: Node, joined: boolean): boolean {
  if (unit.dimension !== smaller.dimension || value.kind !== 'num') return false;
  const [top, bottom] = [unit.factor.n * smaller.factor.d, unit.factor.d * smaller.factor.n];
  const isTen = /^10+$/.test((top / bottom).toString()) && !unit.dimension.startsWith('dollars');
  return top > bottom && !(joined && isTen) && value.value.n >= 0n && value.value.n * bottom < top * value.value.d;
}

/** Words after a value, with their powers and slashes: `square cm`, `cm^2`, `miles/hour`, `m \cdot s^{-2}`. */
function unitWords(c: Cursor): string {
  let words = '';
  if (c.is('frac', 'cmd')) {
    const mark = c.mark();
    c.next();
    const [top, bottom] = [bracedUnit(c), bracedUnit(c)];
    if (top && bottom) return ` ${top}/${bottom}`;
    c.rewind(mark);
    throw new NotMathematics('a fraction of units is not understood');
  }
  for (;;) {
    const token = c.peek();
    if (token.kind === 'text' && !isConnective(token.value)) words += ` ${c.next().value}`;
    else if (words !== '' && token.value === '^' && token.kind === 'op') words += unitPower(c);
    else if (words !== '' && token.value === '/' && c.peek(1).kind === 'text') words += c.next().value;
    else if (words !== '' && /^[*×]$/.test(token.value) && c.peek(1).kind === 'text') words += ` ${c.next().value}`;
    else if (words !== '' && token.value === 'in' && token.kind === 'op') words += ` ${c.next().value}`;
    else return words;
  }
}

function bracedUnit(c: Cursor): string | undefined {
  if (!c.take('{', 'open') || c.peek().kind !== 'text') return undefined;
  const words = unitWords(c).trim();
  return c.take('}', 'close') ? words : undefined;
}

function unitPower(c: Cursor): string {
  c.next();
  const braced = c.take('{', 'open');
  const sign = c.take('-') ? '-' : '';
  const power = c.next();
  if (power.kind !== 'num' || (braced && !c.take('}', 'close'))) throw new NotMathematics('a unit has no such power');
  return `^${sign}${power.value}`;
}
