import { describe, expect, test } from 'vitest';
import { boxedTrace, finalAnswer } from './final-answer.js';

describe('boxedTrace', () => {
  test('a boxed solution stays byte for byte', () => {
    const solution = ' So <<1+1=2>> it is \\boxed{2}.  ';
    expect(boxedTrace(solution)).toBe(solution);
  });

  test("GSM8K's form ends in a box, without the calculator's marks", () => {
    const solution = 'She sold 48/2 = <<48/2=24>>24 clips.\nIn all 48+1,024.\n#### 1,072';
    expect(boxedTrace(solution)).toBe(
      'She sold 48/2 = 24 clips.\nIn all 48+1,024.\nTherefore, the final answer is: $\\boxed{1072}$.',
    );
    expect(finalAnswer(solution)).toMatchObject({ answer: '1072', mark: 'hashes' });
  });

  test('a solution without a final answer is no trace', () => {
    expect(boxedTrace('It is two.')).toBeUndefined();
    expect(boxedTrace('It is \\boxed{2')).toBeUndefined();
  });
});

describe('finalAnswer', () => {
  test.each<[string, string, string, string]>([
    ['the last box', 'First \\boxed{1}, no: \\boxed{\\frac{1}{2}}.', '\\frac{1}{2}', 'box'],
    ['several boxes of one answer', 'They are $\\boxed{2}$ and $\\boxed{3}$.', '2, 3', 'box'],
    ['another form of the answer after or', 'It is $\\boxed{28}$ or $\\boxed{28_9}$.', '28_9', 'box'],
    ['GSM8K', 'Add 19 + 74 = 93.\n#### 93', '93', 'hashes'],
    ['thousands', 'In all.\n#### 1,072,500', '1072500', 'hashes'],
    ['hashes in the line', 'In all 5 #### 5', '5', 'hashes'],
    ['hashes and a closing line (MetaMath)', 'So 5.\n#### 5\nThe answer is: 5', '5', 'hashes'],
    ['tags', '<think>2+3 \\boxed{6}?</think>\n<answer> 5 </answer>', '5', 'tags'],
    ['a box after thinking, not the one in it', '<think>\\boxed{6}</think>So \\boxed{5}', '5', 'box'],
    ['a sentence', 'Two and three.\nSo the answer is 5.', '5', 'phrase'],
    ['emphasis', 'Two and three.\n**Final Answer:** $5$', '5', 'phrase'],
    ['a label', 'Work.\nAnswer: even', 'even', 'phrase'],
    ['a reason after it', 'Hm. The answer is 5, because 2 + 3 = 5.', '5', 'phrase'],
    ['another sentence after it', 'The answer is 3.5. Hope this helps!', '3.5', 'phrase'],
    ['a question before it', 'The answer to the second question is $x=2$.', 'x=2', 'phrase'],
    ['Chinese', '先相加。\n答案是：5。', '5', 'phrase'],
  ])('%s', (_what, text, answer, mark) => {
    expect(finalAnswer(text)).toMatchObject({ answer, mark });
  });

  test.each([
    ['no mark', 'Anna has 93 apples.'],
    ['a heading, as Markdown has it', '#### Step 1\nAdd.\n#### Step 2\nAdd more.\nThen stop.'],
    ['an answer that is spoken of', 'We look for the answer.\nIt takes long.'],
  ])('%s: none', (_what, text) => expect(finalAnswer(text)).toBeUndefined());

  test.each([
    ['a box that is never closed', 'So \\boxed{1 + '],
    ['thinking that never ends', '<think>So \\boxed{1}'],
  ])('%s is cut off', (_what, text) => expect(finalAnswer(text)).toHaveProperty('cutOff'));

  test('takes time in proportion to the text', () => {
    const texts = [
      '\\boxed{'.repeat(50_000),
      '<answer>'.repeat(50_000),
      '####'.repeat(50_000),
      'answer is '.repeat(50_000),
    ];
    const began = performance.now();
    for (const text of texts) finalAnswer(text);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});
