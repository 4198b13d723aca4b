/** Names that commands make: marks over letters, vectors, angles and triangles, parts of the reals. */
import { capitalName } from './compare/text.js';
import { NotMathematics, type Cursor } from './cursor.js';
import { integer, type Node } from './nodes.js';
import { argument, subscript } from './parse-argument.js';

/** A mark over letters: it names another quantity, except over capitals, where it is a segment or a number's digits. */
export function decorated(c: Cursor, name: string): Node {
  const inside = argument(c);
  if (name === 'vec' || name === 'overrightarrow') return vector(inside);
  const letter = inside.kind === 'sym' || inside.kind === 'const' ? inside.name : '';
  if (name.endsWith('hat') && /^[ijk]$/.test(letter)) return { kind: 'sym', name: letter, vector: true };
  if (inside.kind === 'sym' && !/^[A-Z]/.test(inside.name)) return { kind: 'sym', name: `${name}:${inside.name}` };
  return name === 'overline' && inside.kind !== 'mul' && inside.kind !== 'sym'
    ? { kind: 'call', name: 'conjugate', args: [inside] }
    : inside;
}

/** A letter under an arrow; two capitals name the way from one point to the other, which is not the way back. */
function vector(inside: Node): Node {
  if (inside.kind === 'sym' || inside.kind === 'const') return { kind: 'sym', name: inside.name, vector: true };
  const letters = capitalName(inside);
  return letters ? { kind: 'sym', name: `\\vec ${letters}`, vector: true } : inside;
}

/** `\\angle ABC`, `\\triangle ABC`: one name with its points in order; angles are the same from either side. */
export function named(c: Cursor, name: string): Node {
  const mark = c.mark();
  const braced = c.take('{', 'open');
  let points: string[] = [];
  while (c.peek().kind === 'sym' && (/^[A-Z]$/.test(c.peek().value) || points.length === 0)) {
    let point = c.next().value;
    if (c.take('_')) point += `_${subscript(c)}`;
    while (c.is("'")) point += c.next().value;
    points.push(point);
  }
  if (points.length === 0 && c.peek().kind === 'num') points = [c.next().value];
  if (braced && !c.take('}', 'close')) points = [];
  if (points.length === 0) {
    c.rewind(mark);
    throw new NotMathematics(`\\${name} names nothing`);
  }
  const kind = name.replace(/^(?:measured|spherical)?angle$/, 'angle').replace(/^.*triangle$/, 'triangle');
  if (kind === 'angle' && points.join() > points.toReversed().join()) points.reverse();
  return { kind: 'sym', name: `\\${kind} ${points.join('')}` };
}

/** `\\mathbb{R}` with what restricts it: `\\mathbb{R}^+`, `\\mathbb{R}_{>0}`, `\\mathbb{R}^*`. */
export function reals(c: Cursor): Node {
  const ray = (sign: string, closed: boolean): Node => {
    const [zero, far]: [Node, Node] = [integer(0), { kind: 'const', name: 'inf' }];
    return sign === '<'
      ? { kind: 'group', open: '(', close: closed ? ']' : ')', items: [{ kind: 'neg', arg: far }, zero] }
      : { kind: 'group', open: closed ? '[' : '(', close: ')', items: [zero, far] };
  };
  const mark = c.mark();
  if (c.take('^')) {
    const braced = c.take('{', 'open');
    const sign = c.next().value;
    if (!braced || c.take('}', 'close')) {
      if (sign === '+') return ray('>', false);
      if (sign === '-') return ray('<', false);
      if (sign === '*' || sign === '×')
        return { kind: 'difference', args: [{ kind: 'reals' }, { kind: 'set', items: [integer(0)] }] };
    }
    throw new NotMathematics('a power of the reals is not understood');
  }
  if (c.take('_')) {
    const braced = c.take('{', 'open');
    const sign = c.next().value;
    if (/^[<>]=?$/.test(sign) && c.next().value === '0' && (!braced || c.take('}', 'close')))
      return ray(sign[0] as string, sign.length > 1);
    throw new NotMathematics('a part of the reals is not understood');
  }
  c.rewind(mark);
  return { kind: 'reals' };
}
