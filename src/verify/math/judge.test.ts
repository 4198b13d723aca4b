import { expect, test } from 'vitest';
import { goldProblem } from './gold.js';
import { judgeAnswer } from './judge.js';

test('says what was compared, by which rule, and how it came to it', () => {
  const judged = judgeAnswer('\\frac{1}{2}', 'so it is \\boxed{0.5}');
  expect(judged).toMatchObject({
    outcome: 'match',
    rule: 'exact-number',
    extracted: '0.5',
    goldForm: '1 / 2',
    answerForm: '0.5',
  });
  expect(judged.steps).toHaveLength(3);
});

test('names the ways to have no answer', () => {
  expect(judgeAnswer('12', 'The answer is $\\boxed{1')).toMatchObject({ outcome: 'no_answer', rule: 'box-cut-off' });
  expect(judgeAnswer('12', '<think>\\boxed{12}')).toMatchObject({ outcome: 'no_answer', rule: 'thinking-unfinished' });
  expect(judgeAnswer('12', '\\boxed{}')).toMatchObject({ outcome: 'no_answer', rule: 'box-empty' });
  expect(judgeAnswer('12', 'I do not know')).toMatchObject({ outcome: 'no_answer', rule: 'nothing-found' });
});

test('a gold answer that says nothing is unparseable, and nothing else is', () => {
  for (const gold of ['', '  ', '$$', '\\boxed{}', '...']) {
    expect(goldProblem(gold), gold).toBeDefined();
    expect(judgeAnswer(gold, '\\boxed{1}').outcome).toBe('gold_unparseable');
  }
  for (const gold of ['1', '\\text{east}', '\\varnothing', '\\boxed{3', 'x + '])
    expect(goldProblem(gold), gold).toBeUndefined();
});

test('gold answers come bare, in dollars, in a box, or at the end of a solution', () => {
  for (const gold of ['7', '$7$', '\\(7\\)', 'hence $\\boxed{7}$.'])
    expect(judgeAnswer(gold, '\\boxed{7}').outcome, gold).toBe('match');
  expect(judgeAnswer('$1$ and $2$', '\\boxed{2, 1}').outcome).toBe('match');
  expect(judgeAnswer('$125$ miles', '\\boxed{125\\textnormal{ miles}}').outcome).toBe('match');
});

test('decimals are compared to the places asked for', () => {
  expect(judgeAnswer('\\frac{1}{3}', '\\boxed{0.33}').outcome).toBe('mismatch');
  expect(judgeAnswer('\\frac{1}{3}', '\\boxed{0.33}', { decimals: 2 }).outcome).toBe('match');
  expect(judgeAnswer('\\frac{1}{3}', '\\boxed{0.333333}', { decimals: 8 }).outcome).toBe('mismatch');
});

test('commas are read both ways where both are possible', () => {
  expect(judgeAnswer('100, 200', '\\boxed{100,200}').outcome).toBe('match');
  expect(judgeAnswer('100200', '\\boxed{100,200}').outcome).toBe('match');
  expect(judgeAnswer('1000.99', '\\boxed{1.000,99}').outcome).toBe('match');
});

test('verdicts do not change from call to call', () => {
  const once = judgeAnswer('\\sin 2x', '\\boxed{2\\sin x\\cos x}');
  expect(judgeAnswer('\\sin 2x', '\\boxed{2\\sin x\\cos x}')).toEqual(once);
});

test('a comma between digits is a decimal one in an answer, and in a gold answer from three places on', () => {
  expect(judgeAnswer('1.3', '\\boxed{1,3}').outcome).toBe('match');
  expect(judgeAnswer('1,3', '\\boxed{1.3}').outcome).toBe('mismatch');
  expect(judgeAnswer('1,3', '\\boxed{3, 1}').outcome).toBe('match');
  expect(judgeAnswer('0,111', '\\boxed{0.111}').outcome).toBe('match');
});
