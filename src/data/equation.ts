/**
 * Equations of word-problem sets (`( 30.0 - 11.0 )`, `47/6=7 r5`, `250/12=20 r10; 12-10=2`): parsed into operations
 * on exact numbers. Only arithmetic is read; equations with unknowns, ratios or clock times are not.
 */
import {
  add,
  divide,
  formatRational,
  gcd,
  multiply,
  parseDecimal,
  rational,
  subtract,
  type Rational,
} from './rational.js';

export type Operator = '+' | '-' | '*' | '/' | '^' | 'gcd' | 'lcm';

/** An arithmetic expression: a number as written, or an operation on expressions. */
export type Expression =
  | { kind: 'number'; value: Rational; text: string }
  | { kind: 'operation'; operator: Operator; operands: Expression[] };

/** One statement of an equation: what is computed, and what the source says comes out (with a remainder, where it has one). */
export interface Statement {
  expression: Expression;
  stated?: Rational;
  remainder?: Rational;
}

/** The statements of an equation in order; undefined where any of them is not plain arithmetic on numbers. */
export function parseEquation(text: string): Statement[] | undefined {
  const statements: Statement[] = [];
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const statement = parseStatement(part);
    if (!statement) return undefined;
    statements.push(statement);
  }
  return statements.length > 0 ? statements : undefined;
}

function parseStatement(text: string): Statement | undefined {
  const sides = text.split('=');
  const expression = parseExpression(sides[0] as string);
  if (!expression || sides.length > 2) return undefined;
  if (sides.length === 1) return { expression };
  const match = /^\s*(-?[\d.,]+)\s*(?:r\s*(\d+))?\s*(?:[a-z]+|\([a-z]+\))?\s*$/i.exec(sides[1] as string);
  const stated = match ? parseDecimal((match[1] as string).replace(/,/g, '')) : undefined;
  if (!match || !stated) return undefined;
  const remainder = match[2] === undefined ? undefined : parseDecimal(match[2]);
  return remainder ? { expression, stated, remainder } : { expression, stated };
}

/** Parses `+ - * / ^ ( ) GCD(a,b) LCM[a,b]` with the usual precedence; undefined for anything else. */
export function parseExpression(text: string): Expression | undefined {
  // Units in brackets (`60 (min/hour)`) carry no value.
  const tokens =
    text.replace(/\((?:[a-z]+(?:\/[a-z]+)?)\)/gi, ' ').match(/\d*\.\d+|\d+|gcd|lcm|[-+*/^(),[\]]|\S/gi) ?? [];
  if (tokens.length > 500) return undefined;
  let at = 0;
  const next = () => tokens[at];

  const sum = (): Expression | undefined => chain(product, ['+', '-']);
  const product = (): Expression | undefined => chain(power, ['*', '/']);
  const power = (): Expression | undefined => chain(atom, ['^']);
  function chain(operand: () => Expression | undefined, operators: readonly Operator[]): Expression | undefined {
    let left = operand();
    while (left && operators.includes(next() as Operator)) {
      const operator = tokens[at++] as Operator;
      const right = operand();
      left = right && { kind: 'operation', operator, operands: [left, right] };
    }
    return left;
  }
  function atom(): Expression | undefined {
    const token = tokens[at++];
    if (token === undefined) return undefined;
    if (token === '(') {
      const inner = sum();
      return tokens[at++] === ')' ? inner : undefined;
    }
    const name = token.toLowerCase();
    if (name === 'gcd' || name === 'lcm') return listOf(name);
    const value = parseDecimal(token);
    return value && { kind: 'number', value, text: formatRational(value) };
  }
  function listOf(operator: 'gcd' | 'lcm'): Expression | undefined {
    const close = { '(': ')', '[': ']' }[tokens[at++] ?? ''];
    const operands: Expression[] = [];
    do {
      const operand = sum();
      if (!operand) return undefined;
      operands.push(operand);
    } while (tokens[at] === ',' && at++ >= 0);
    return tokens[at++] === close && operands.length > 1 ? { kind: 'operation', operator, operands } : undefined;
  }

  const expression = sum();
  return at === tokens.length ? expression : undefined;
}

/** Applies an operator exactly; undefined where the result is no number (division by 0, a GCD of fractions, huge powers). */
export function applyOperator(operator: Operator, values: readonly Rational[]): Rational | undefined {
  const [a, b] = values as [Rational, Rational];
  switch (operator) {
    case '+':
      return add(a, b);
    case '-':
      return subtract(a, b);
    case '*':
      return multiply(a, b);
    case '/':
      return b.n === 0n ? undefined : divide(a, b);
    case '^':
      return b.d === 1n && b.n >= 0n && b.n <= 20n ? rational(a.n ** b.n, a.d ** b.n) : undefined;
    case 'gcd':
    case 'lcm': {
      if (values.some((v) => v.d !== 1n || v.n <= 0n)) return undefined;
      const fold = operator === 'gcd' ? gcd : (x: bigint, y: bigint) => (x / gcd(x, y)) * y;
      return rational(values.map((v) => v.n).reduce(fold));
    }
  }
}

/** The value of an expression; undefined where {@link applyOperator} has none. */
export function evaluateExpression(expression: Expression): Rational | undefined {
  if (expression.kind === 'number') return expression.value;
  const values = expression.operands.map(evaluateExpression);
  return values.includes(undefined) ? undefined : applyOperator(expression.operator, values as Rational[]);
}

/** All numbers that stand in an equation's text, whether or not it can be parsed. */
export function equationNumbers(equation: string): Rational[] {
  return (equation.match(/\d*\.\d+|\d+/g) ?? []).flatMap((text) => parseDecimal(text) ?? []);
}
