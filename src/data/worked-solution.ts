/** Worked solutions for problem sets that carry an equation and an answer but no reasoning (SVAMP, ASDiv). */
import { applyOperator, equationNumbers, parseEquation, type Expression, type Operator } from './equation.js';
import { namedNumbers } from './question-numbers.js';
import { add, equals, formatRational, rational, type Rational } from './rational.js';
import { parseNumberText } from './number-text.js';
import { expressionLine } from './worked-expression.js';

/** A solution, or why none can be built. */
export type WorkedSolution = { solution: string } | { unsupported: string };

/** What stands in the box: the answer itself, or the expression that has its value. */
export type WorkedAnswer = 'number' | 'expression';

const SYMBOLS: Partial<Record<Operator, string>> = { '+': '+', '-': '-', '*': '*', '/': '/', '^': '^' };

/**
 * Builds a worked solution from a problem's equation: the question's numbers are named in their order, every operation
 * is a step in names and then in numbers, and the answer stands in a box:
 *
 *     Numbers: a = 11, b = 30.
 *     Step 1: b - a = 30 - 11 = 19.
 *     The answer is \boxed{19}.
 *
 * The names are what another problem can borrow: the steps of a same-structured problem read the same. The result is
 * checked against `answer`; an equation that is not plain arithmetic or does not lead there gives `unsupported`.
 *
 * With `expression` there are no steps, and the arithmetic is left to the verifier:
 *
 *     Numbers: a = 11, b = 30.
 *     The answer is b - a = \boxed{30 - 11}.
 */
export function workedSolution(
  problem: { question: string; equation: string; answer: string },
  form: WorkedAnswer = 'number',
): WorkedSolution {
  const statements = parseEquation(problem.equation);
  if (!statements) return { unsupported: `not plain arithmetic: ${problem.equation}` };
  const answer = parseNumberText(problem.answer);
  if (!answer) return { unsupported: `the answer is no number: ${problem.answer}` };

  const stated = namedNumbers(problem.question, equationNumbers(problem.equation));
  const names = new Map(stated.slice(0, 26).map((value, i) => [formatRational(value), String.fromCharCode(97 + i)]));
  const lines =
    stated.length > 0 ? [`Numbers: ${[...names].map(([value, name]) => `${name} = ${value}`).join(', ')}.`] : [];
  if (form === 'expression') {
    const nameOf = (value: Rational) => names.get(formatRational(value));
    const { equation } = problem;
    const found = expressionLine({ statements, equation }, { text: problem.answer, value: answer }, nameOf);
    return 'line' in found ? { solution: [...lines, found.line].join('\n') } : found;
  }
  const steps: string[] = [];

  let result: Rational | undefined;
  for (const statement of statements) {
    const value = walk(statement.expression, names, steps);
    if (!value) return { unsupported: `no exact value: ${problem.equation}` };
    result = value;
    if (statement.remainder && statement.stated) {
      const remainder = remainderStep(statement.expression, value, names, steps);
      if (!remainder) return { unsupported: `not a division with remainder: ${problem.equation}` };
      result = equals(answer, remainder) ? remainder : statement.stated;
      const roundedUp = add(statement.stated, rational(1n));
      if (equals(answer, roundedUp) && remainder.n !== 0n) {
        result = roundedUp;
        steps.push(`the remainder needs one more: ${formatRational(statement.stated)} + 1 = ${formatRational(result)}`);
      }
    }
  }
  if (!result || !equals(result, answer)) {
    return { unsupported: `${problem.equation} does not lead to the answer ${problem.answer}` };
  }
  for (const [i, step] of steps.entries()) lines.push(`Step ${i + 1}: ${step}.`);
  lines.push(`The answer is \\boxed{${formatRational(answer)}}.`);
  return { solution: lines.join('\n') };
}

/** Adds one step per operation, innermost first; returns the value, named as step results have no names of their own. */
function walk(expression: Expression, names: ReadonlyMap<string, string>, steps: string[]): Rational | undefined {
  if (expression.kind === 'number') return expression.value;
  const values: Rational[] = [];
  for (const operand of expression.operands) {
    const value = walk(operand, names, steps);
    if (!value) return undefined;
    values.push(value);
  }
  const result = applyOperator(expression.operator, values);
  if (!result) return undefined;
  const inNames = spell(
    expression.operator,
    values.map((v) => names.get(formatRational(v)) ?? formatRational(v)),
  );
  const inNumbers = spell(expression.operator, values.map(formatRational));
  steps.push(`${inNames === inNumbers ? '' : `${inNames} = `}${inNumbers} = ${formatRational(result)}`);
  return result;
}

/** Replaces the last step (an inexact division) by whole quotient and remainder; undefined where it was no division. */
function remainderStep(
  expression: Expression,
  value: Rational,
  names: ReadonlyMap<string, string>,
  steps: string[],
): Rational | undefined {
  if (expression.kind !== 'operation' || expression.operator !== '/') return undefined;
  const [top, bottom] = expression.operands.map((operand) => walk(operand, names, [])) as [Rational, Rational];
  if (top.d !== 1n || bottom.d !== 1n) return undefined;
  const quotient = value.n / value.d;
  const remainder = rational(top.n - quotient * bottom.n);
  const operands = [top, bottom].map(formatRational);
  const named = operands.map((text) => names.get(text) ?? text).join(' / ');
  steps.pop();
  steps.push(`${named} = ${operands.join(' / ')} = ${quotient} with remainder ${formatRational(remainder)}`);
  return remainder;
}

function spell(operator: Operator, parts: readonly string[]): string {
  const symbol = SYMBOLS[operator];
  return symbol ? parts.join(` ${symbol} `) : `${operator}(${parts.join(', ')})`;
}
