/** The structure of an answer that is an expression: which operations on which numbers of the question. */
import { lastBoxed } from './boxed.js';
import { parseEquation } from './equation.js';
import { equationTemplate } from './equation-template.js';

/**
 * The equation template ({@link equationTemplate}) of the expression in the last box of a text: `\boxed{41 + 57}` beside a
 * question that states 41, 44 and 57 is `n0+n2`. Undefined where there is no box, or no operation on plain numbers in it.
 */
export function answerStructure(question: string, text: string): string | undefined {
  const box = lastBoxed(text);
  if ('missing' in box) return undefined;
  // What follows `=` is a result, whatever it is.
  const equation = withoutLatex(box.content).split('=', 1)[0]!;
  const statements = parseEquation(equation);
  return statements?.length === 1 && statements[0]!.expression.kind === 'operation'
    ? equationTemplate(question, equation)
    : undefined;
}

/** Signs and fractions of LaTeX as the signs of plain arithmetic. */
function withoutLatex(text: string): string {
  return text
    .replace(/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, '(($1)/($2))')
    .replace(/\\times|\\cdot|×|·/g, '*')
    .replace(/\\div|÷/g, '/')
    .replace(/−/g, '-')
    .replace(/\\(?:left|right|[,;:! ])|\\?\$/g, '')
    .replace(/(?<=\d),(?=\d{3}(?!\d))/g, '');
}
