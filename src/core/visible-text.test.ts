import { expect, it } from 'vitest';
import { visibleText } from './visible-text.js';

it('writes out what would do something and show nothing', () => {
  expect(visibleText('a\u001b[2Jb')).toBe('a\\u001b[2Jb');
  expect(visibleText('\u0007\u0000\r\u007f\u009b31m\u009d0;title\u009c')).toBe(
    '\\u0007\\u0000\\u000d\\u007f\\u009b31m\\u009d0;title\\u009c',
  );
  expect(visibleText('12\u202e34')).toBe('12\\u202e34');
});

it('leaves all else: lines, tabs, other scripts, emoji of several characters', () => {
  const text = 'x\ty\n日本語 العربية é 👩‍🚀 \u200f \u2067x\u2069 \u2028 \\u001b';
  expect(visibleText(text)).toBe(text);
  expect(visibleText('a\r\nb')).toBe('a\nb');
});

it('leaves JSON the same value', () => {
  const value = { text: '\u001b[2J \u009b \u007f \r\n \u202e "\\' };
  const shown = visibleText(JSON.stringify(value));
  expect(JSON.parse(shown)).toEqual(value);
  expect(shown).toMatch(/^[\x20-\x7e]*$/);
});
