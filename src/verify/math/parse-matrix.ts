/** Matrices and the other environments of rows and columns. */
import { NotMathematics, type Cursor } from './cursor.js';
import type { Node } from './nodes.js';
import { isConnective } from './vocabulary.js';

/** Largest number of entries that is read. */
const MAX_ENTRIES = 2500;

/** The rest of an environment whose `\begin{name}` is taken: a matrix, or a list for environments of lines. */
export function parseMatrix(c: Cursor, name: string): Node {
  if (name === 'array' || name === 'tabular') columnLetters(c);
  if (/^[drl]?cases$/.test(name)) return parseCases(c, name);
  const rows: Node[][] = [];
  let row: Node[] = [];
  let count = 0;
  while (!c.is(`end:${name}`, 'cmd')) {
    if (c.take('newrow')) {
      if (row.length > 0) rows.push(row);
      row = [];
    } else if (!c.take('&')) {
      if (++count > MAX_ENTRIES) throw new NotMathematics('a matrix is too large');
      row.push(c.grammar.relation(c));
      if (!c.is('&') && !c.is('newrow') && !c.is(`end:${name}`, 'cmd'))
        throw new NotMathematics('a matrix entry has no end');
    }
  }
  c.next();
  if (row.length > 0) rows.push(row);
  if (!/matrix$|^array$|^tabular$/.test(name)) {
    const items = rows.map((cells) => cells[0] as Node);
    return items.length === 1 ? (items[0] as Node) : { kind: 'list', items };
  }
  if (rows.length === 0 || rows.some((cells) => cells.length !== rows[0]?.length))
    throw new NotMathematics('rows differ in length');
  if (/^[vV]matrix$/.test(name)) return determinantOf(rows);
  return { kind: 'matrix', rows };
}

/** Lines of a value and its condition each; lines without conditions are a list. */
function parseCases(c: Cursor, name: string): Node {
  const [values, conditions]: [Node[], Node[]] = [[], []];
  let conditional = false;
  while (!c.take(`end:${name}`, 'cmd')) {
    if (c.take('newrow')) continue;
    if (values.length >= MAX_ENTRIES) throw new NotMathematics('too many cases');
    values.push(c.grammar.relation(c));
    while (
      c.take(',') ||
      c.take(';') ||
      c.take('&') ||
      (c.peek().kind === 'text' && isConnective(c.peek().value) && c.next())
    );
    const plain = c.is('newrow') || c.is(`end:${name}`, 'cmd');
    if (!plain) conditional = true;
    conditions.push(plain ? { kind: 'text', value: '' } : c.grammar.list(c));
    if (!c.is('newrow') && !c.is(`end:${name}`, 'cmd')) throw new NotMathematics('a case has no end');
  }
  if (values.length === 0) throw new NotMathematics('no cases');
  if (conditional) return { kind: 'cases', values, conditions };
  return values.length === 1 ? (values[0] as Node) : { kind: 'list', items: values };
}

/** Largest determinant that is written out. */
const MAX_DETERMINANT = 5;

/** The determinant of a square matrix, written out by its first row. */
export function determinantOf(rows: readonly (readonly Node[])[]): Node {
  if (rows.length > MAX_DETERMINANT || rows.some((row) => row.length !== rows.length))
    throw new NotMathematics('a determinant is not square or too large');
  const [first = [], ...rest] = rows;
  if (rest.length === 0) return first[0] as Node;
  const terms = first.map((entry, j): Node => {
    const minor = determinantOf(rest.map((row) => row.filter((_, k) => k !== j)));
    const term: Node = { kind: 'mul', args: [entry, minor] };
    return j % 2 === 1 ? { kind: 'neg', arg: term } : term;
  });
  return { kind: 'add', args: terms };
}

/** The column letters of an array: `{cc|c}`. */
function columnLetters(c: Cursor): void {
  if (!c.take('{', 'open')) return;
  while (!c.take('}', 'close')) if (c.next().kind === 'end') throw new NotMathematics('an array is not closed');
}
