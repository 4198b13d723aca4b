import { expect, it } from 'vitest';
import { csvOf } from './csv.js';

it('writes rows as RFC 4180 has them', () => {
  const columns = ['a', 'b, c'].map((name) => ({ name, type: 'VARCHAR' }));
  const rows = [
    ['x', 'say "y"'],
    [null, 'two\nlines'],
    [[1, 'z'], 0.5],
  ];
  expect(csvOf({ columns, rows })).toBe('a,"b, c"\r\nx,"say ""y"""\r\n,"two\nlines"\r\n"[1,""z""]",0.5\r\n');
});
