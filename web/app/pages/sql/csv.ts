/** The answer of a query as CSV. Pure. */
import type { SqlAnswer } from '../../../../src/serve/runs/sql/schemas.js';

/** RFC 4180: lines end in CR LF, quotes are doubled; what is missing is empty, lists and structs are JSON. */
export function csvOf({ columns, rows }: Pick<SqlAnswer, 'columns' | 'rows'>): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
