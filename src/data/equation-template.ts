/**
 * Equation templates: an equation with its numbers replaced by their place in the question. Two problems with the
 * same template are solved by the same operations on the same roles, which makes the template a truth to *grade*
 * labels and retrievers with on word problems; it is never trained on.
 */
import { equationNumbers, parseEquation, type Expression } from './equation.js';
import { namedNumbers, positionOf } from './question-numbers.js';
import { formatRational, parseDecimal, type Rational } from './rational.js';

/**
 * The template of a problem: `( 30.0 - 11.0 )` in a question that names 11 before 30 is `n1-n0`. Numbers the question
 * does not state stay as constants (`60`). Results (what follows `=`) are dropped; results that feed later statements
 * become `r0`, `r1`; the sides of `+` and `*` are sorted, since their order changes nothing. What is not plain arithmetic keeps its text, with the numbers replaced all the same.
 */
export function equationTemplate(question: string, equation: string): string {
  const numbers = namedNumbers(question, equationNumbers(equation));
  const results: Rational[] = [];
  const name = (value: Rational, text: string): string => {
    const position = positionOf(value, numbers);
    if (position >= 0) return `n${position}`;
    const result = positionOf(value, results);
    return result >= 0 ? `r${result}` : text;
  };
  const statements = parseEquation(equation);
  if (!statements) {
    return equation.replace(/\s+/g, '').replace(/\d*\.\d+|\d+/g, (text) => {
      const value = parseDecimal(text);
      return value ? name(value, formatRational(value)) : text;
    });
  }
  return statements
    .map(({ expression, stated }) => {
      const text = write(expression, name, true);
      if (stated) results.push(stated);
      return text;
    })
    .join(';');
}

function write(expression: Expression, name: (value: Rational, text: string) => string, outer = false): string {
  if (expression.kind === 'number') return name(expression.value, expression.text);
  const { operator, operands } = expression;
  const parts = operands.map((operand) => write(operand, name));
  if (operator !== '-' && operator !== '/' && operator !== '^') parts.sort();
  if (operator === 'gcd' || operator === 'lcm') return `${operator}(${parts.join(',')})`;
  return outer ? parts.join(operator) : `(${parts.join(operator)})`;
}
