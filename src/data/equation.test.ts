import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { evaluateExpression, parseEquation, parseExpression } from './equation.js';
import { equationTemplate } from './equation-template.js';
import { namedNumbers, questionNumbers } from './question-numbers.js';
import { formatRational, rational } from './rational.js';
import { workedSolution } from './worked-solution.js';

const value = (text: string): string | undefined => {
  const expression = parseExpression(text);
  const result = expression && evaluateExpression(expression);
  return result && formatRational(result);
};

describe('parseExpression', () => {
  test.each([
    ['( 30.0 - 11.0 )', '19'],
    ['2+3*4', '14'],
    ['(2+3)*4', '20'],
    ['10-3-2', '5'],
    ['12/4/3', '1'],
    ['2^3', '8'],
    ['GCD(16,12)', '4'],
    ['LCM[12,15]', '60'],
    ['8*60 (min/hour) + 10', '490'],
    ['1/3', '1/3'],
  ])('%s = %s', (text, expected) => expect(value(text)).toBe(expected));

  test.each(['', '(2+3', '2+', 'x+1', '5:6', 'GCD(4)', '1/0', '2^99'])('%j has no value', (text) => {
    expect(value(text)).toBeUndefined();
  });

  test('an equation is refused as a whole where one statement is no arithmetic', () => {
    expect(parseEquation('26-4=22; 22:26=11:13')).toBeUndefined();
    expect(parseEquation('250/12=20 r10; 12-10=2')).toHaveLength(2);
  });
});

describe('question numbers', () => {
  test('reads digits and words in order', () => {
    const numbers = questionNumbers('Seven cats, 1,200 dogs, twenty-five of 3.5 kg and two hundred six owls; a dozen.');
    expect(numbers.map((n) => formatRational(n.value))).toEqual(['7', '1200', '25', '3.5', '206', '12']);
  });

  test('a word counts as named only where the equation uses it', () => {
    const question = 'The other one has 5 pages, this one 3.';
    expect(namedNumbers(question, [rational(5n), rational(3n)]).map(formatRational)).toEqual(['5', '3']);
    expect(namedNumbers(question, [rational(1n), rational(3n)]).map(formatRational)).toEqual(['1', '5', '3']);
  });
});

describe('equationTemplate', () => {
  test('names numbers by their place in the question', () => {
    expect(equationTemplate('He had 11 and together they had 30.', '( 30.0 - 11.0 )')).toBe('n1-n0');
    expect(equationTemplate('From 13 take 3, then 13 again.', '( 13.0 - ( 3.0 - 13.0 ) )')).toBe('n0-(n1-n0)');
  });

  test('is the same for both orders of a sum, never for both of a difference', () => {
    expect(equationTemplate('5 and 8', '8+5=13')).toBe(equationTemplate('5 and 8', '5+8=13'));
    expect(equationTemplate('5 and 8', '8-5=3')).not.toBe(equationTemplate('5 and 8', '5-8=-3'));
  });

  test('keeps constants, names results that are used again, and survives what it cannot parse', () => {
    expect(equationTemplate('3 hours and 20 minutes', '3*60 (min/hour) + 20 (min) = 200 (min)')).toBe('(60*n0)+n1');
    expect(equationTemplate('250 in rows of 12', '250/12=20 r10; 12-10=2')).toBe('n0/n1;n1-10');
    expect(equationTemplate('It is 15 or 18', '15:18=5:6')).toBe('n0:n1=5:6');
  });
});

describe('workedSolution', () => {
  const solve = (question: string, equation: string, answer: string) => workedSolution({ question, equation, answer });

  test('names the numbers, makes each operation a step and boxes the answer', () => {
    expect(solve('17 were there, 10 left and 7 came.', '( ( 17.0 - 10.0 ) + 7.0 )', '14')).toEqual({
      solution:
        'Numbers: a = 17, b = 10, c = 7.\nStep 1: a - b = 17 - 10 = 7.\nStep 2: c + c = 7 + 7 = 14.\nThe answer is \\boxed{14}.',
    });
  });

  test('division with remainder gives quotient, remainder or one more, as the answer asks', () => {
    expect(solve('47 in 6', '47/6=7 r5', '5')).toMatchObject({
      solution: expect.stringContaining('47 / 6 = 7 with remainder 5'),
    });
    expect(solve('47 in 6', '47/6=7 r5', '7')).toMatchObject({ solution: expect.stringContaining('\\boxed{7}') });
    expect(solve('56 in 9', '56/9=6 r2', '7')).toMatchObject({ solution: expect.stringContaining('6 + 1 = 7') });
  });

  test('says why there is none', () => {
    expect(solve('3 and 4', '3+4=7', '8')).toEqual({ unsupported: '3+4=7 does not lead to the answer 8' });
    expect(solve('3 and 4', 'x+3=4', '1')).toMatchObject({
      unsupported: expect.stringContaining('not plain arithmetic'),
    });
    expect(solve('3 and 4', '3+4=7', 'seven')).toMatchObject({ unsupported: expect.stringContaining('no number') });
  });

  const svamp = '../shared/data/math/svamp.jsonl';
  test.skipIf(!existsSync(svamp))(`solves SVAMP and finds its templates (needs ${svamp})`, async () => {
    const rows = await readJsonlAll<{ problem: string; equation: string; answer: string }>(svamp);
    const solved = rows.filter((r) => 'solution' in solve(r.problem, r.equation, r.answer));
    const templates = new Set(rows.map((r) => equationTemplate(r.problem, r.equation)));
    // One SVAMP equation contradicts its own answer.
    expect(solved).toHaveLength(rows.length - 1);
    expect(templates.size).toBeGreaterThan(90);
    expect(templates.size).toBeLessThan(120);
  });
});
