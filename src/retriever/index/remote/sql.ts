/** Conditions as SQL: what NextPlaid (SQLite) and LanceDB (DataFusion) both read. */
import type { Condition } from './condition.js';

export interface SqlDialect {
  /** A value in the text: a placeholder, or a literal. */
  value(value: string | number): string;
  /** Whether the table has a column: no row has a number in one that is not there. */
  hasColumn(column: string): boolean;
}

/** Every part is true or false, also where a column is null, so that `NOT` means not. */
export function sqlOf(condition: Condition, dialect: SqlDialect): string {
  const many = (parts: readonly Condition[], word: string, none: string) =>
    parts.length === 0 ? none : `(${parts.map((part) => sqlOf(part, dialect)).join(` ${word} `)})`;
  if ('all' in condition) return many(condition.all, 'AND', TRUE);
  if ('any' in condition) return many(condition.any, 'OR', FALSE);
  if ('not' in condition) return `(NOT (${sqlOf(condition.not, dialect)}))`;
  if ('fact' in condition) return `(facts LIKE ${dialect.value(`% ${condition.fact} %`)})`;
  if ('ids' in condition) {
    const ids = condition.ids.map((id) => dialect.value(id));
    return ids.length === 0 ? FALSE : `(id IN (${ids.join(', ')}))`;
  }
  const { column, is, value } = condition;
  return dialect.hasColumn(column) ? `(${column} IS NOT NULL AND ${column} ${is} ${dialect.value(value)})` : FALSE;
}

/** Every row has an id; not every database takes TRUE. */
const TRUE = '(id IS NOT NULL)';
const FALSE = '(id IS NULL)';
