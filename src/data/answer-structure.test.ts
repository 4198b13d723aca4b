import { describe, expect, test } from 'vitest';
import { answerStructure } from './answer-structure.js';

const question = 'There are 41 short trees and 44 tall ones; 1,200 more are planted.';

describe('answerStructure', () => {
  test.each([
    ['\\boxed{41 + 1200}', 'n0+n2'],
    ['a + c = \\boxed{1200 + 41}.', 'n0+n2'],
    ['\\boxed{1,200 - 44 = 1156}', 'n2-n1'],
    ['\\boxed{44 \\times (41 - 7)}', '(n0-7)*n1'],
    ['\\boxed{\\frac{44}{41}}', 'n1/n0'],
    ['first \\boxed{41 + 44}, no: \\boxed{$41 \\div 44$}', 'n0/n1'],
  ])('%s is %s', (text, structure) => {
    expect(answerStructure(question, text)).toBe(structure);
  });

  test.each(['41 + 44', '\\boxed{85}', '\\boxed{41 + x}', '\\boxed{41 + 44', '\\boxed{}', '\\boxed{41 + 44; 85 - 1}'])(
    '%j has none',
    (text) => {
      expect(answerStructure(question, text)).toBeUndefined();
    },
  );

  test('two problems solved alike have the same', () => {
    expect(answerStructure('From 9 take 4.', '\\boxed{9 - 4}')).toBe(
      answerStructure('Of 70 shells 27 are left.', '\\boxed{70 - 27}'),
    );
    expect(answerStructure('From 9 take 4.', '\\boxed{9 - 4}')).not.toBe(
      answerStructure('4 of 9 are gone.', '\\boxed{9 - 4}'),
    );
  });
});
