import { expect, it } from 'vitest';
import { fitText, padText, textWidth } from './text-width.js';

it('counts cells, not letters', () => {
  expect(['abc', '日本語', 'é', '👩‍🚀', '', '█░'].map(textWidth)).toEqual([3, 6, 1, 2, 0, 2]);
  expect(padText('日本', 6, 'end') + '|').toBe('日本  |');
  expect(padText('日本', 6, 'start')).toBe('  日本');
  expect(padText('abcdef', 3, 'end')).toBe('abcdef');
});

it('cuts to any width without halving a letter', () => {
  for (const text of ['a long label of a task', '日本語のラベル', 'e\u0301e\u0301e\u0301e\u0301', '👩‍🚀👩‍🚀👩‍🚀', 'a\nb\rc'])
    for (let cells = -1; cells < 30; cells++) {
      const fitted = fitText(text, cells);
      expect(textWidth(fitted)).toBeLessThanOrEqual(Math.max(0, cells));
      expect(fitted).not.toMatch(/[\n\r]/);
    }
  expect(fitText('日本語', 5)).toBe('日本…');
  expect(fitText('日本語', 6)).toBe('日本語');
  expect(fitText('abc', 1)).toBe('…');
});
