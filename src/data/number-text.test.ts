import { describe, expect, test } from 'vitest';
import { parseNumberText } from './number-text.js';
import { formatRational } from './rational.js';

const read = (text: string): string | undefined => {
  const value = parseNumberText(text);
  return value && formatRational(value);
};

describe('parseNumberText', () => {
  test.each([
    ['7', '7'],
    [' 7. ', '7'],
    ['+7', '7'],
    ['−7', '-7'],
    ['1,234,567.5', '1234567.5'],
    ['1 000', '1000'],
    ['1{,}000', '1000'],
    ['1\\,000', '1000'],
    ['007', '7'],
    ['12.50', '12.5'],
    ['3/4', '0.75'],
    ['-3/4', '-0.75'],
    ['\\frac{3}{4}', '0.75'],
    ['-\\dfrac{10}{9}', '-10/9'],
    ['\\frac12', '0.5'],
    ['2\\frac{1}{2}', '2.5'],
    ['1 1/2', '1.5'],
    ['1½', '1.5'],
    ['$5', '5'],
    ['\\$5.25', '5.25'],
    ['$42$', '42'],
    ['x = 7', '7'],
    ['\\text{12}', '12'],
    ['4.5 \\times 10^{3}', '4500'],
    ['4e3', '4000'],
    ['10^6', '1000000'],
    ['10^{-3}', '0.001'],
    ['\\$16,\\!386.20', '16386.2'],
    ['125\\textnormal{ miles}', '125'],
    ['50%', '50'],
    ['50\\%', '50'],
    ['90^\\circ', '90'],
    ['19 pounds', '19'],
    ['19\\text{ cm}^2', '19'],
    ['60 km/h', '60'],
    ['5 m', '5'],
    ['5cm', '5'],
    ['1,000.99 m²', '1000.99'],
  ])('%s is %s', (text, value) => {
    expect(read(text)).toBe(value);
  });

  test.each([
    '',
    'none',
    '5x',
    '5 x',
    '2x+3',
    '5 or 6',
    '5, 6',
    '(1,2)',
    '1,23',
    '12,34,567',
    '1.2.3',
    '6:10',
    '3/0',
    '\\frac{1}{0}',
    '\\sqrt{2}',
    '2^3',
    '2²',
    '5-3',
    '9'.repeat(3000),
  ])('%s is no number', (text) => {
    expect(read(text)).toBeUndefined();
  });
});
