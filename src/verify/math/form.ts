/** Writes the tree of an answer as one line, for people: what the comparison really compared. */
import { formatRational } from '../../data/rational.js';
import type { Node } from './nodes.js';

/** Longest list that is written out. */
const MAX_ITEMS = 30;

export function formOf(node: Node): string {
  switch (node.kind) {
    case 'num':
      return node.value.n.toString().length > 60
        ? `${node.value.n.toString().slice(0, 60)}...`
        : formatRational(node.value);
    case 'based':
      return `${node.digits}_${node.base}`;
    case 'const':
    case 'sym':
      return node.name.replace(/^\\/, '');
    case 'reals':
      return 'R';
    case 'text':
      return JSON.stringify(node.value);
    case 'neg':
      return `-${tight(node.arg)}`;
    case 'percent':
      return `${tight(node.arg)}%`;
    case 'degrees':
      return `${tight(node.arg)} deg`;
    case 'add':
      return node.args
        .map((arg, i) => (arg.kind === 'neg' ? ` - ${tight(arg.arg)}` : `${i > 0 ? ' + ' : ''}${tight(arg)}`))
        .join('')
        .trim();
    case 'mul':
      return node.args.map(tight).join(' * ');
    case 'div':
      return `${tight(node.top)} / ${tight(node.bottom)}`;
    case 'pow':
      return `${tight(node.base)}^${tight(node.exponent)}`;
    case 'pm':
      return `${node.first ? `${formOf(node.first)} ` : ''}${node.flipped ? '-+' : '+-'} ${tight(node.second)}`;
    case 'call':
      return `${node.name.replace(/^@/, '')}(${joined(node.args)})`;
    case 'group':
      return `${node.open}${joined(node.items)}${node.close}`;
    case 'set':
      return `{${joined(node.items)}}`;
    case 'list':
      return joined(node.items, node.grouped ? '; ' : ', ');
    case 'union':
    case 'intersection':
    case 'difference':
      return node.args.map(formOf).join(` ${node.kind} `);
    case 'matrix':
      return `[${node.rows.map((row) => `[${joined(row)}]`).join(', ')}]`;
    case 'relation':
      return node.sides.map((side, i) => `${i > 0 ? ` ${node.ops[i - 1]} ` : ''}${formOf(side)}`).join('');
    case 'quantity':
      return `${formOf(node.value)} [${node.unit.trim()}]`;
    case 'cases':
      return node.values.map((value, i) => `${formOf(value)} if ${formOf(node.conditions[i] as Node)}`).join('; ');
    case 'ratio':
      return node.parts.map(formOf).join(' : ');
  }
}

const joined = (items: readonly Node[], by = ', '): string =>
  items.length > MAX_ITEMS ? `${items.slice(0, MAX_ITEMS).map(formOf).join(by)}, ...` : items.map(formOf).join(by);

const tight = (node: Node): string =>
  ['num', 'sym', 'const', 'call', 'based'].includes(node.kind) && !(node.kind === 'num' && node.value.d !== 1n)
    ? formOf(node)
    : `(${formOf(node)})`;
