/** The last line of worked solutions that end in an expression: the arithmetic is left to who reads them, and to the verifier. */
import { evaluateExpression, type Expression, type Statement } from './equation.js';
import { equals, multiply, rational, subtract, type Rational } from './rational.js';
import { writeExpression } from './write-expression.js';

/** What a decimal answer may be off by, being cut or rounded: half of the sixth place, as the verifier `math` has it. */
const ROUNDING = rational(1n, 2_000_000n);
/** An ordinal (`6th`) is no value that an expression has. */
const ORDINAL = /\d(?:st|nd|rd|th)\b/i;

/**
 * `The answer is a + c = \boxed{41 + 57}.`, or why the equation gives no such line. `nameOf` says how a number is called; one
 * without a name stands as it is.
 */
export function expressionLine(
  { statements, equation }: { statements: readonly Statement[]; equation: string },
  answer: { text: string; value: Rational },
  nameOf: (value: Rational) => string | undefined,
): { line: string } | { unsupported: string } {
  if (ORDINAL.test(answer.text)) return { unsupported: `the answer is no number: ${answer.text}` };
  if (statements.some(({ remainder }) => remainder)) {
    return { unsupported: `a division with remainder is no expression: ${equation}` };
  }
  const expression = nested(statements);
  const value = evaluateExpression(expression);
  if (!value) return { unsupported: `no exact value: ${equation}` };
  if (!isWrittenAs(value, answer)) return { unsupported: `${equation} does not lead to the answer ${answer.text}` };
  const inNumbers = writeExpression(expression, (number) => number.text);
  const inNames = writeExpression(expression, (number) => nameOf(number.value) ?? number.text);
  return { line: `The answer is ${inNames === inNumbers ? '' : `${inNames} = `}\\boxed{${inNumbers}}.` };
}

/**
 * The last statement with the results of earlier ones written out: `7+3=10; 10-2=8` is `(7+3)-2`. A number that is the result
 * of an earlier statement stands for it, since nothing else would use that statement.
 */
function nested(statements: readonly Statement[]): Expression {
  const results: { value: Rational; expression: Expression }[] = [];
  const filled = (expression: Expression): Expression =>
    expression.kind === 'operation'
      ? { ...expression, operands: expression.operands.map(filled) }
      : (results.findLast(({ value }) => equals(value, expression.value))?.expression ?? expression);
  let last = filled(statements[0]!.expression);
  for (const statement of statements) {
    last = filled(statement.expression);
    const value = statement.stated ?? evaluateExpression(last);
    if (value) results.push({ value, expression: last });
  }
  return last;
}

/** Whether an answer stands for the value: exactly, or as a decimal that was cut or rounded (`0.6666666667` for 2/3). */
function isWrittenAs(value: Rational, { text, value: written }: { text: string; value: Rational }): boolean {
  if (equals(value, written)) return true;
  if (!/\.\d/.test(text)) return false;
  const off = size(subtract(value, written));
  return atMost(off, ROUNDING) && atMost(multiply(off, rational(1000n)), size(value));
}

const size = (a: Rational): Rational => (a.n < 0n ? rational(-a.n, a.d) : a);
const atMost = (a: Rational, b: Rational): boolean => subtract(a, b).n <= 0n;
