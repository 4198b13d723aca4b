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

