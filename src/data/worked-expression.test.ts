import { describe, expect, test } from 'vitest';
import { parseExpression } from './equation.js';
import { workedSolution } from './worked-solution.js';
import { writeExpression } from './write-expression.js';

const solve = (question: string, equation: string, answer: string) =>
  workedSolution({ question, equation, answer }, 'expression');

describe('writeExpression', () => {
  test.each([
    ['( ( 17.0 - 10.0 ) + 7.0 )', '17 - 10 + 7'],
    ['1 - (2 - 3)', '1 - (2 - 3)'],
    ['1 + (2 + 3)', '1 + (2 + 3)'],
    ['(1 + 2) * (3 - 4)', '(1 + 2) * (3 - 4)'],
    ['(1 * 2) + 3 / 4', '1 * 2 + 3 / 4'],
    ['12 / (2 * 3)', '12 / (2 * 3)'],
    ['(2 ^ 3) ^ 2', '(2 ^ 3) ^ 2'],
    ['GCD(12, 4 + 4)', 'gcd(12, 4 + 4)'],
  ])('%s is %s, and the same tree when it is read again', (equation, text) => {
    const tree = parseExpression(equation)!;
    const written = writeExpression(tree, (number) => number.text);
    expect(written).toBe(text);
    expect(parseExpression(written)).toEqual(tree);
  });
});

describe('solutions that end in an expression', () => {
  test('name the numbers of the question, and leave the arithmetic in the box', () => {
    expect(solve('41 short trees, 44 tall trees, 57 more short ones.', '41 + 57', '98')).toEqual({
      solution: 'Numbers: a = 41, b = 44, c = 57.\nThe answer is a + c = \\boxed{41 + 57}.',
    });
    expect(solve('5 a day for 9 of 15 days', '9 * (15 - 5)', '90')).toEqual({
      solution: 'Numbers: a = 5, b = 9, c = 15.\nThe answer is b * (c - a) = \\boxed{9 * (15 - 5)}.',
    });
  });

  test('numbers that the question does not state stay as they are', () => {
    expect(solve('3 hours', '3 * 60', '180')).toMatchObject({
      solution: expect.stringContaining('a * 60 = \\boxed{3 * 60}.'),
    });
    expect(solve('no number', '7 * 24', '168')).toEqual({ solution: 'The answer is \\boxed{7 * 24}.' });
  });

  test('results of earlier statements are written out', () => {
    expect(solve('7 and 3, less 2', '7+3=10; 10-2=8', '8')).toMatchObject({
      solution: expect.stringContaining('a + b - c = \\boxed{7 + 3 - 2}.'),
    });
  });

  test('a decimal that was cut or rounded is the value; one that is off is not', () => {
    expect(solve('2 of 3', '2 / 3', '0.6666666667')).toHaveProperty('solution');
    expect(solve('thirds', '0.3333333333333333 + 0.3333333333333333', '0.6666666667')).toHaveProperty('solution');
    expect(solve('2 of 3', '2 / 3', '0.67')).toHaveProperty('unsupported');
    expect(solve('8 and 2', '8 / 2.0000001', '4')).toHaveProperty('unsupported');
  });

  test('says why there is none', () => {
    expect(solve('47 in 6', '47/6=7 r5', '5')).toEqual({
      unsupported: 'a division with remainder is no expression: 47/6=7 r5',
    });
    expect(solve('3 after 3', '3 + 3', '6th')).toEqual({ unsupported: 'the answer is no number: 6th' });
    expect(solve('1 and 0', '1 / 0', '1')).toEqual({ unsupported: 'no exact value: 1 / 0' });
    expect(solve('3 and 4', '3 + 4', '8')).toEqual({ unsupported: '3 + 4 does not lead to the answer 8' });
  });
});
