/** Words that are mathematics, and words that change what a value says. */
import { expect, test } from 'vitest';
import { numberOfWords } from './number-words.js';
import { expectPairs } from './testing/pairs.js';
import { readWords } from './words.js';

test.each([
  ['twenty-one', 21n],
  ['one hundred and five', 105n],
  ['two million three hundred thousand', 2_300_000n],
  ['twelve hundred', 1200n],
  ['one twenty', undefined],
  ['seven apples', undefined],
])('%j is %s', (words, value) => expect(numberOfWords(words)).toBe(value));

test.each([
  ['\\text{minus five}', '-5'],
  ['5\\text{ below zero}', '-5'],
  ['two thirds', '\\frac{2}{3}'],
  ['two and a half', '(2+\\frac{1}{2})'],
  ['half a dozen', '6'],
  ['2 times the square root of 3', '2\\cdot \\sqrt{3}'],
  ['negative infinity', '-\\infty'],
  ['the third', '3 \\text{ th}'],
])('%j reads %j', (words, read) => expect(readWords(words)).toBe(read));

test.each([
  'no one',
  'one-to-one',
  '5 seconds',
  '3 quarters',
  '5\\text{ cm squared}',
  'March 3rd',
  '\\text{east}',
  'x+1',
])('%j stays as it is', (text) => expect(readWords(text)).toBe(text));

test('numbers and operations in words', () => {
  expectPairs([
    ['21', '=', '\\text{twenty one}'],
    ['21', '#', '\\text{twenty-two}'],
    ['60', '=', '5\\text{ dozen}'],
    ['5', '#', '5\\text{ dozen}'],
    ['5000000', '=', '\\$5\\text{ million}'],
    ['5', '#', '\\$5\\text{ million}'],
    ['5', '#', '\\text{minus }5'],
    ['30', '=', '5\\text{ times }6'],
    ['10', '=', '5\\text{ choose }2'],
    ['120', '=', '5\\text{ factorial}'],
    ['x^2', '=', 'x\\text{ squared}'],
    ['x', '#', 'x\\text{ squared}'],
    ['\\frac34', '=', '3\\text{ out of }4'],
    ['\\frac12', '=', '\\text{a half}'],
    ['5', '#', '5\\text{ hundredths}'],
    ['5\\text{th}', '=', '\\text{fifth}'],
    ['5\\text{th}', '#', '\\text{sixth}'],
    ['\\text{the first player}', '=', '\\text{first player}'],
    ['\\text{the first player}', '#', '\\text{second player}'],
    ['\\mathbb{R}\\setminus\\{2\\}', '=', '\\text{all real numbers except }2'],
    ['\\mathbb{R}\\setminus\\{2\\}', '#', '\\text{all real numbers except }3'],
  ]);
});

test('opposites, bounds and properties beside a value are compared; counted nouns are not', () => {
  expectPairs([
    ['2\\text{ left}', '#', '2\\text{ right}'],
    ['2\\text{ left}', '=', '2'],
    ['20\\%\\text{ profit}', '#', '20\\%\\text{ loss}'],
    ['20\\%\\text{ profit}', '=', '20\\%'],
    ['3\\text{ km north}', '#', '3\\text{ km south}'],
    ['3\\text{ local minima}', '#', '3\\text{ local maxima}'],
    ['n\\text{ is even}', '#', 'n\\text{ is odd}'],
    ['n\\text{ is even}', '#', 'n'],
    ['7', '#', '7\\text{ or fewer}'],
    ['7', '#', '\\text{at most }7'],
    ['7', '=', '\\text{exactly }7'],
    ['9\\text{ ways}', '=', '9\\text{ arrangements}'],
    ['10\\text{ a.m.}', '#', '10\\text{ p.m.}'],
    ['10\\text{ a.m.}', '=', '10:00 \\text{ AM}'],
  ]);
});

test('answers in words that say the same', () => {
  expectPairs([
    ['\\text{DNE}', '=', '\\text{does not exist}'],
    ['\\text{DNE}', '#', '0'],
    ['\\text{diverges}', '=', '\\text{divergent}'],
    ['\\text{diverges}', '#', '\\text{convergent}'],
    ['\\text{Alice}', '=', '\\text{The winner is Alice}'],
    ['\\text{Alice}', '#', '\\text{The winner is not Alice}'],
    ['\\text{Alice}', '#', '\\text{Bob is taller than Alice}'],
    ['\\text{increasing}', '#', '\\text{decreasing}'],
    ["x'", '#', 'x'],
  ]);
});
