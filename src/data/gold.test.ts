import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { finalAnswer } from './final-answer.js';
import { goldOf, proseProblem } from './gold.js';

describe('goldOf', () => {
  test("GSM8K's answer gives the bare answer, and its solution in the form of traces", () => {
    expect(goldOf('Anna has 19 + 74 = <<19+74=93>>93 apples.\n#### 93')).toEqual({
      answer: '93',
      solution: 'Anna has 19 + 74 = 93 apples.\nTherefore, the final answer is: $\\boxed{93}$.',
    });
  });

  test('a calculation is a solution', () => {
    expect(goldOf('2+3=5\n#### 5')).toMatchObject({
      answer: '5',
      solution: expect.stringMatching(/^2\+3=5\n/) as string,
    });
  });

  test("MATH's solution stays as it is", () => {
    const solution = 'Adding both sides gives $x = \\boxed{\\frac{1}{2}}$.';
    expect(goldOf(solution)).toEqual({ answer: '\\frac{1}{2}', solution });
  });

  test.each([
    ['\\boxed{5}', '5'],
    ['$\\boxed{5}$', '5'],
    ['#### 5', '5'],
    ['The answer is 5.', '5'],
    ['So the final answer is $\\boxed{5}$.', '5'],
    ['Answer: B', 'B'],
    ['<answer>5</answer>', '5'],
  ])('%s is an answer without a solution', (text, answer) => {
    expect(goldOf(text)).toEqual({ answer });
  });

  test.each([
    '93',
    '-1/2',
    '\\frac{1}{2}',
    'Yes',
    'even',
    'no solution',
    'Mary Ann Smith',
    'x = 1\ny = 2',
    '5 hours 30 minutes',
    'all real numbers except 0',
    '(-\\infty, 3) \\cup (3, \\infty)',
    '#1 and #2',
  ])('%s is an answer as it stands', (text) => {
    expect(goldOf(text)).toEqual({ answer: text });
    expect(proseProblem(text)).toBeUndefined();
  });

  test.each([
    ['So we get \\boxed{12', /cut off/],
    ['Working it out takes a while.\n####', /empty answer/],
    ['So it is \\boxed{}.', /empty answer/],
  ])('%s is refused', (text, fault) => {
    expect(goldOf(text)).toEqual({ fault: expect.stringMatching(fault) as string });
  });
});

describe('proseProblem', () => {
  test.each([
    'Anna has 19 + 74 = 93 apples.',
    'Natalia sold 72 clips altogether in April and May.',
    'First we add the numbers. Then we take half of that.',
    'She had some apples in the morning,\nbought more of them at noon\nand ate all of them.',
  ])('%s', (text) => expect(proseProblem(text)).toContain('prose'));
});

const math = fileURLToPath(new URL('../../../shared/data/math', import.meta.url));

describe.skipIf(!existsSync(math))('on real data (skipped where it is not there)', () => {
  const rowsOf = (name: string) =>
    readFileSync(`${math}/${name}.jsonl`, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { answer: string; solution?: string });

  test('every published answer of GSM8K gives its gold', () => {
    for (const { answer, solution } of rowsOf('gsm8k-train')) {
      expect(goldOf(solution!)).toMatchObject({
        answer,
        solution: expect.stringContaining(`\\boxed{${answer}}`) as string,
      });
    }
  });

  test.each(['math-train', 'math500', 'olympiadbench', 'asdiv', 'minerva_math', 'svamp', 'mawps', 'hmmt_feb_2025'])(
    '%s: bare answers stay as they are, and none is taken for prose',
    (name) => {
      for (const { answer } of rowsOf(name)) {
        expect(goldOf(answer)).toEqual({ answer });
        expect([answer, proseProblem(answer)]).toEqual([answer, undefined]);
      }
    },
  );

  test('the final answer of a solution of MATH is its last box, but for the few that have two', () => {
    const other = rowsOf('math-train').filter(({ answer, solution }) => {
      const found = finalAnswer(solution!);
      return !found || !('answer' in found) || found.answer !== answer;
    });
    expect(other.length).toBeLessThan(10);
  });
});
