/** Arguments of commands, and the names of symbols. */
import { NotMathematics, type Cursor } from './cursor.js';
import type { Node } from './nodes.js';
import { numberNode } from './parse-number.js';

/** One argument of a command: a braced group, or a single digit, letter or command (`\frac12`, `\frac\pi2`). */
export function argument(c: Cursor): Node {
  if (c.take('{', 'open')) return group(c);
  if (c.peek().kind === 'num') return numberNode(c.splitDigit());
  const token = c.peek();
  if (token.kind === 'sym') {
    c.next();
    return token.vector ? { kind: 'sym', name: token.value, vector: true } : symbolNamed(token.value);
  }
  return c.nested(() => c.grammar.primary(c));
}

/** The inside of `{...}`, the brace being taken already: an expression, or a list where there are commas. */
export function group(c: Cursor): Node {
  const inside = c.grammar.list(c);
  if (!c.take('}', 'close')) throw new NotMathematics('a brace is not closed');
  return inside;
}

/** The constants e and i, or a symbol. */
export function symbolNamed(name: string): Node {
  if (name === 'e' || name === 'i') return { kind: 'const', name };
  return { kind: 'sym', name };
}

/** A subscript as part of a name: its tokens, spelled together. */
export function subscript(c: Cursor): string {
  if (!c.is('{', 'open')) {
    return c.peek().kind === 'num' ? c.splitDigit() : c.next().value;
  }
  let [depth, name] = [0, ''];
  for (;;) {
    const token = c.next();
    if (token.kind === 'end') throw new NotMathematics('a subscript is not closed');
    if (token.value === '{') depth++;
    else if (token.value === '}' && --depth === 0) return name;
    else name += token.value.trim();
  }
}
