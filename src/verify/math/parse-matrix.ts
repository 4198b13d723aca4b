/** Matrices and the other environments of rows and columns. */
import { NotMathematics, type Cursor } from './cursor.js';
import type { Node } from './nodes.js';

/** Largest number of entries that is read. */
const MAX_ENTRIES = 2500;

/** The rest of an environment whose `\begin{name}` is taken: a matrix, or a list for environments of lines. */
export function parseMatrix(c: Cursor, name: string): Node {
  if (name === 'array' || name === 'tabular') columnLetters(c);
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
  return { kind: 'matrix', rows };
}

/** The column letters of an array: `{cc|c}`. */
function columnLetters(c: Cursor): void {
  if (!c.take('{', 'open')) return;
  while (!c.take('}', 'close')) if (c.next().kind === 'end') throw new NotMathematics('an array is not closed');
}
