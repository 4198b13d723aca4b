import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { extractLine } from '../extract-line.js';
import { goldProblem } from './gold.js';
import { expectPairs } from './testing/pairs.js';

describe('goldProblem', () => {
  test.each([
    '',
    ' ',
    '\\boxed{}',
    '\\boxed{ }',
    '\\text{}',
    '\\boxed{\\text{ }}',
    '\\frac{}{}',
    '\\sqrt{}',
    '\\quad',
    '{}',
    '\\left(\\right)',
    '()',
    '+',
    '=',
    '\\pm',
    '$$',
    '?',
    '\\%',
    '\\begin{pmatrix}\\end{pmatrix}',
    '\\ldots',
  ])('%j says nothing', (gold) => expect(goldProblem(gold)).toBeDefined());

  test.each(['\\frac{1}{2', '\\sqrt{2', '\\boxed{\\frac{1}{2', '\\left\\{\\frac{1}{2'])('%j is cut off', (gold) =>
    expect(goldProblem(gold)).toContain('cut off'),
  );

  test.each([
    '7',
    '\\pi',
    '\\infty',
    '∞',
    '∅',
    '\\emptyset',
    '\\{\\}',
    '\\mathbb{R}',
    '\\alpha',
    'x',
    '\\text{(B)}',
    '(1,2',
    '\\text{yes',
    '\\boxed{42',
    'no solution',
    'Because the kite is convex.',
    'a smile :-}',
    'blue {or red',
    '三',
    '\\boxed{\\frac{1}{2}',
    'x=',
    'O(n \\log n)',
    '\\heartsuit',
  ])('%j can be matched', (gold) => expect(goldProblem(gold)).toBeUndefined());
});

const MATH = join(import.meta.dirname, '../../../../shared/data/math');

test.skipIf(!existsSync(MATH))('every gold answer of the data beside the repository is accepted', async () => {
  const refused: string[] = [];
  let golds = 0;
  for (const name of await readdir(MATH)) {
    for (const line of readFileSync(join(MATH, name), 'utf8').split('\n')) {
      if (line === '') continue;
      const { answer } = JSON.parse(line) as { answer: string };
      golds++;
      if (goldProblem(answer) !== undefined) refused.push(answer);
    }
  }
  expect(refused).toEqual([]);
  expect(golds).toBeGreaterThan(10_000);
});

const CLIPS = 'She sold 48/2 = 24 clips in May.\nIn all she sold 48+24 = 72 clips.\n';
const FRUIT =
  'Let $x$ be the number of apples that Ann has in the beginning, and $y$ that of the pears that she buys later. ';

test('a worked solution counts for the answer it states, and a sentence for itself', () => {
  expectPairs([
    [`${CLIPS}#### 72`, '=', '72'],
    [`${CLIPS}#### 72`, '#', '24'],
    [`${CLIPS}So the answer is 72, as 24 is only May.`, '=', '72'],
    [
      `${FRUIT}Since she ends up with $12$ pieces and twice as many apples as pears, $x=2y$. Therefore $x = 8$.`,
      '=',
      '8',
    ],
    [
      `${FRUIT}Since she ends up with $12$ pieces and twice as many apples as pears, $x=2y$. Therefore $x = 8$.`,
      '#',
      '12',
    ],
    ['The first player wins if and only if n is even.', '=', '\\text{The first player wins if and only if n is even}'],
    ['The first player wins if and only if n is even.', '#', '\\text{The first player wins if and only if n is odd}'],
  ]);
});

/** What the parts of a checking or extracting pattern could be made to try again and again. */
const units = [
  '$ ',
  '$a ',
  '$$a',
  '\\[',
  '\\(',
  '\\begin{align}',
  '\\begin{matrix}',
  '\\boxed{1}',
  '\\boxed{1} and ',
  '\\boxed{',
  'final answer is ',
  'the answer is: ',
  '#### ',
  '####:   ',
  '<think>',
  '</think>',
  '**',
  '(A',
  'A ',
  '{',
  '\\',
  '1 000 ',
  '1,000',
  '-1',
  '1/',
  '1e',
  '.1',
  '€1',
  ' ',
  '\n',
  '\\text{',
  '\\frac{1}{',
  '<answer>',
  '{"answer": "',
  '答案是',
  'since 1 a ',
  '1, ',
  '(1 fails) ',
];

test.each(units)('256 KB of %j are checked and searched in a moment: both run without a clock', (unit) => {
  for (const text of [unit.repeat(2 ** 18 / unit.length), `\\boxed{1}${unit.repeat(2 ** 18 / unit.length)}`]) {
    const start = process.cpuUsage();
    goldProblem(text);
    for (const kind of ['latex', 'expr', 'string', 'gsm8k', 'final_int'] as const) {
      extractLine({ kind, text, config: {} });
    }
    // Some hundredths in fact; what grows with the square of the length takes minutes.
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(3_000);
  }
});
