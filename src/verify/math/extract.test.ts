import { expect, test } from 'vitest';
import { extractAnswers } from './extract.js';
import type { MathOptions } from './types.js';

const best = (text: string, options?: MathOptions): string | undefined => extractAnswers(text, options)[0]?.text;
const rule = (text: string): string | undefined => extractAnswers(text)[0]?.rule;

test('the last box, by its braces', () => {
  expect(best('\\boxed{1} then \\boxed{\\frac{\\sqrt{3}}{2}}.')).toBe('\\frac{\\sqrt{3}}{2}');
  expect(best('\\fbox{7}')).toBe('7');
  expect(best('\\boxed 7.')).toBe('7');
  expect(best('\\boxed{\\{1, 2\\}}')).toBe('\\{1, 2\\}');
});

test('boxes joined by commas, and, or are one answer; others are not', () => {
  expect(best('$\\boxed{1}$ and $\\boxed{2}$')).toBe('1, 2');
  expect(best('\\boxed{1}, \\boxed{2}, \\boxed{3}')).toBe('1, 2, 3');
  expect(best('\\boxed{5} is wrong, so \\boxed{6}')).toBe('6');
  expect(best('\\boxed{143} **Final Answer** \\boxed{143}')).toBe('143');
  expect(best('\\boxed{3}\n\n\\boxed{4}')).toBe('4');
});

test('a cut-off box or unfinished thinking holds nothing', () => {
  expect(best('so \\boxed{4} or rather \\boxed{\\frac{1}{')).toBeUndefined();
  expect(best('<think>so \\boxed{6}')).toBeUndefined();
  expect(best('<think>maybe \\boxed{6}</think> it is \\boxed{7}')).toBe('7');
  expect(best('<think>\\boxed{6}</think> done')).toBe('6');
  expect(best('<think>\\boxed{6}</think> done', { afterThinking: true })).toBeUndefined();
  expect(best('<think>\\boxed{6}</think> see \\boxed{')).toBeUndefined();
});

test('a final answer stated after the last box is the last word; before it, the box is', () => {
  expect(best('\\boxed{200} ... Final Answer: The final answer is $10,455$. I hope it is correct.')).toBe('$10,455$');
  expect(best('the final answer is $9999$, \\boxed{1}')).toBe('1');
  expect(best('the final answer is $9999$, \\boxed{1}', { preferBoxed: false })).toBe('9999');
  expect(best('\\boxed{80}. The final answer is a common one.')).toBe('80');
});

test('phrases and hash marks', () => {
  expect(best('#### 1,234')).toBe('1234');
  expect(best('The total is #### 99 dollars.')).toBe('99 dollars.');
  expect(best('So the final answer is \\sqrt{13}.')).toBe('\\sqrt{13}');
  expect(best('The answer is 72. Let me check: 70 + 2 = 72, yes.')).toBe('72');
  expect(best('Final Answer: The largest n is 34.')).toBe('34');
  expect(best('**Answer:** 3.5')).toBe('3.5');
  expect(rule('The final answer is 5')).toBe('final-answer');
});

test('the last formula, with what belongs to it', () => {
  expect(best('We get $x=1$ and so $y = 2$.')).toBe('y = 2');
  expect(best('It is $28$ %')).toBe('28 %');
  expect(best('Therefore \\[ 9 \\]')).toBe('9');
  expect(best('Hence $3$, $4$ and $5$')).toBe('3, 4, 5');
  expect(best('\\begin{equation}9\\end{equation}')).toBe('9');
});

test('the last number of plain words', () => {
  expect(best('not 10 but 1,000.99€')).toBe('1,000.99€');
  expect(best('it weighs 12kg')).toBe('12');
  expect(best('64 + 67 = **131**')).toBe('131');
  expect(best('AZYUK2A')).toBeUndefined();
  expect(best('nothing here')).toBeUndefined();
});

test('letters only where they are asked for', () => {
  const letters: MathOptions = { kinds: ['letter'] };
  expect(best('The answer is B.', letters)).toBe('B');
  expect(best('Because B is valid', letters)).toBe('B');
  expect(best('No valid answer here', letters)).toBeUndefined();
});
