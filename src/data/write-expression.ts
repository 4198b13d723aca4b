/** Expressions as text, with no more parentheses than another reader needs to find the same operations. */
import type { Expression, Operator } from './equation.js';

/** How tightly an operator binds; what binds less stands in parentheses inside of it. */
const BINDING: Readonly<Partial<Record<Operator, number>>> = { '+': 1, '-': 1, '*': 2, '/': 2, '^': 3 };
/** Binds more than any operator: numbers, names, calls. */
const ATOM = 4;

/**
 * The expression in infix, blanks around its operators: `(a - b) * c`, `gcd(a, b)`. `name` says how a number is written.
 * Read again it gives the same tree: `a - (b - c)` and `a + (b + c)` keep their parentheses, `a - b - c` needs none.
 */
export function writeExpression(
  expression: Expression,
  name: (number: Expression & { kind: 'number' }) => string,
): string {
  return write(expression, name).text;
}

function write(
  expression: Expression,
  name: (number: Expression & { kind: 'number' }) => string,
): { text: string; binding: number } {
  if (expression.kind === 'number') {
    const text = name(expression);
    return { text, binding: text.includes('/') ? 2 : ATOM };
  }
  const parts = expression.operands.map((operand) => write(operand, name));
  const binding = BINDING[expression.operator];
  if (binding === undefined) {
    return { text: `${expression.operator}(${parts.map(({ text }) => text).join(', ')})`, binding: ATOM };
  }
  // Operators of one strength are read from the left; powers from either side by different readers, so never in a row.
  const least = (i: number) => binding + (i > 0 || expression.operator === '^' ? 1 : 0);
  const texts = parts.map((part, i) => (part.binding < least(i) ? `(${part.text})` : part.text));
  return { text: texts.join(` ${expression.operator} `), binding };
}
