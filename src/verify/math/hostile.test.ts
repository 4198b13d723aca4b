/** Inputs made to break it: nothing throws, nothing takes long, nothing costs more than a few budgets. */
import { expect, test } from 'vitest';
import { judgeAnswer } from './judge.js';
import { JUDGEMENT_BUDGET, withinBudget } from './work.js';

const many = (text: string, count: number): string => text.repeat(count);
const nest = (open: string, close: string, depth: number): string => `${many(open, depth)}1${many(close, depth)}`;
const list = (count: number, item: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => item(i)).join(',');

const HOSTILE: Readonly<Record<string, string>> = {
  'deep braces': nest('{', '}', 20_000),
  'deep brackets': nest('(', ')', 5_000),
  'deep fractions': nest('\\frac{', '}{2}', 5_000),
  'deep roots': nest('\\sqrt{', '}', 5_000),
  'deep functions': many('\\sin', 5_000) + 'x',
  'deep powers': many('2^{', 3_000) + '2' + many('}', 3_000),
  'nested factorials': '9' + many('!', 3_000),
  'tower of powers': '9^{9^{9^{9^9}}}',
  'huge factorial': '100000000!',
  'huge power': '(1+\\sqrt2)^{99999999}',
  'power of a power': '((((x+1)^{50})^{50})^{50})^{50}',
  'huge binomial': '\\binom{1000000}{500000}',
  'huge exponential': 'e^{e^{e^{e^{10}}}}',
  'sine of the huge': '\\sin(10^{100000})',
  'logarithm of the tiny': '\\ln(10^{-100000})',
  'long integer': many('7', 15_000),
  'long decimal': '0.' + many('3', 15_000),
  'junk of a megabyte': many('a1$\\', 250_000),
  'spaces of a megabyte': '1' + many(' ', 1_000_000) + 'x',
  'set of ten thousand': `\\{${list(10_000, String)}\\}`,
  'set of symbols': `\\{${list(3_000, (i) => `x_{${i}}`)}\\}`,
  'many symbols': list(300, (i) => `a_{${i}}`).replace(/,/g, '+'),
  'many signs': many('\\pm 1', 60),
  'lone surrogates': '\ud800\udc00\ud800 1 \udfff',
  'unfinished commands': '\\frac{1}{\\sqrt[\\begin{pmatrix}1&2\\\\',
  backslashes: many('\\', 10_001),
  dollars: many('$', 10_001),
  delimiters: many('\\[', 10_000),
  'matrix power': '\\begin{pmatrix}1&x\\\\y&1\\end{pmatrix}^8',
  'nested sums': '\\sum_{i=1}^{1000}\\sum_{j=1}^{1000}\\sum_{k=1}^{1000} ijk',
  'wide matrix': `\\begin{pmatrix}${many('1&', 10_000)}1\\end{pmatrix}`,
  'null and control characters': '\u0000\u0001\u001f5',
  'chain of relations': many('1<', 3_000) + '2',
  'chain of unions': many('[1,2]\\cup', 3_000) + '[1,2]',
};

const RESPONSES: readonly ((text: string) => string)[] = [
  (text) => `\\boxed{${text}}`,
  (text) => text,
  (text) => `the final answer is $${text}$.`,
];

test.each(Object.entries(HOSTILE))('%s', (_name, text) => {
  for (const respond of RESPONSES) {
    for (const gold of ['\\frac{1}{2}', 'x^2+1', '\\{1,2\\}', text]) {
      const start = performance.now();
      const judged = withinBudget(3 * JUDGEMENT_BUDGET, () => judgeAnswer(gold, respond(text)).outcome);
      if (judged.spent === undefined) throw new Error(`${gold} took more than the budget`);
      expect(['match', 'mismatch', 'no_answer', 'too_costly', 'gold_unparseable']).toContain(judged.value);
      expect(performance.now() - start).toBeLessThan(5_000);
    }
  }
});
