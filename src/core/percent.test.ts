import { expect, it } from 'vitest';
import { percentText } from './percent.js';

it('writes shares as per cent, with one decimal or as many as asked for', () => {
  expect(percentText(0.861)).toBe('86.1 %');
  expect(percentText(1)).toBe('100.0 %');
  expect(percentText(0.176471, 0)).toBe('18 %');
  expect(percentText(0, 0)).toBe('0 %');
});
