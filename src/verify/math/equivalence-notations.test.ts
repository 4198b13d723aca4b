/** Answers in other notations: units, times, dates, bases, combinations, intervals; and near misses of each. */
import { test } from 'vitest';
import { expectPairs, type Pair } from './testing/pairs.js';

test('units: powers, prefixes, products and rates', () => {
  expectPairs([
    ['5\\text{ cm}', '=', '5'],
    ['5\\text{ cm}', '#', '5\\text{ in}'],
    ['5\\text{ cm}^2', '#', '5\\text{ cm}^3'],
    ['5\\text{ cm}^2', '=', '5\\text{ square centimeters}'],
    ['5 \\text{ m/s}', '=', '18 \\text{ km/h}'],
    ['5 \\mathrm{~m/s}', '=', '5\\ \\frac{\\text{m}}{\\text{s}}'],
    ['5 \\mathrm{~m} \\mathrm{~s}^{-1}', '=', '5\\text{ m/s}'],
    ['9.8 \\text{ m/s}^2', '=', '9.8\\,\\mathrm{m\\,s^{-2}}'],
    ['9.8 \\text{ m/s}^2', '#', '9.8\\,\\mathrm{m\\,s^{-1}}'],
    ['3\\text{ MW}', '#', '3\\text{ mW}'],
    ['3\\text{ MHz}', '=', '3000\\text{ kHz}'],
    ['2\\text{ GHz}', '=', '2000\\text{ MHz}'],
    ['1\\text{ kWh}', '=', '3.6\\text{ MJ}'],
    ['5\\text{ eV}', '#', '5\\text{ J}'],
    ['5\\text{ L}', '=', '5000\\text{ mL}'],
    ['5\\text{ mol}', '#', '5\\text{ mmol}'],
    ['5\\text{ kg}', '#', '5\\text{ N}'],
    ['10\\text{ N}', '=', '10\\text{ kg m/s}^2'],
  ] satisfies Pair[]);
});

test('temperatures keep their scale', () => {
  expectPairs([
    ['100^\\circ\\text{C}', '=', '100\\text{ degrees Celsius}'],
    ['100^\\circ\\text{C}', '#', '100\\text{ K}'],
    ['100^\\circ\\text{C}', '#', '100\\text{ degrees Fahrenheit}'],
    ['20^\\circ C', '=', '20^{\\circ}\\mathrm{C}'],
    ['20^\\circ', '#', '20^\\circ C'],
  ] satisfies Pair[]);
});

test('micro, money, scale words', () => {
  expectPairs([
    ['5\\ \\mu\\text{s}', '=', '0.005\\text{ ms}'],
    ['5\\,\\mathrm{\\mu m}', '=', '5\\times10^{-6}\\text{ m}'],
    ['€5', '=', '5\\text{ euros}'],
    ['£20', '#', '\\$20'],
    ['\\$1.50', '=', '150\\text{ cents}'],
    ['\\$1.50', '#', '150\\text{ dollars}'],
    ['\\text{Rs. }500', '=', '500'],
    ['\\$5\\text{ million}', '=', '5000000'],
    ['2.5\\text{ billion}', '=', '2500000000'],
    ['2.5\\text{ billion}', '#', '2.5\\text{ million}'],
  ] satisfies Pair[]);
});

test('values said in two units', () => {
  expectPairs([
    ['5\\text{ hours}', '=', '300\\text{ minutes}'],
    ['2\\text{ hours and }15\\text{ minutes}', '=', '135\\text{ minutes}'],
    ['2\\text{ hours and }15\\text{ minutes}', '#', '2\\text{ hours and }50\\text{ minutes}'],
    ['5\\text{ ft }6\\text{ in}', '=', '66\\text{ inches}'],
  ] satisfies Pair[]);
});

test('times and dates', () => {
  expectPairs([
    ['10{:}30\\text{ a.m.}', '#', '10{:}30\\text{ p.m.}'],
    ['10\\text{ a.m.}', '#', '10\\text{ p.m.}'],
    ['10 a.m.', '#', '10 p.m.'],
    ['10 a.m.', '=', '10 AM'],
    ['10 AM', '#', '10 PM'],
    ['10 am', '=', '10 AM'],
    ['2 AM', '#', '2 a'],
    ['2AM', '#', '2 a.m.'],
    ['10\\text{ AM}', '=', '10{:}00'],
    ['3\\text{ pm}', '=', '15{:}00'],
    ['3 pm', '=', '3{:}00\\text{ p.m.}'],
    ['\\text{noon}', '#', '\\text{midnight}'],
    ['12\\text{ noon}', '=', '12{:}00\\text{ PM}'],
    ['\\text{Feb 3}', '=', '\\text{February 3}'],
    ['\\text{March 3, 2021}', '=', '\\text{3 March 2021}'],
    ['2021-03-03', '#', '2021-02-04'],
    ['3/4/2020', '#', '6/8/2020'],
    ['\\text{Wed}', '#', '\\text{Thu}'],
  ] satisfies Pair[]);
});

test('numbers: huge, repeating, with commas', () => {
  expectPairs([
    ['2^{1000000}', '#', '4^{500001}'],
    ['2^{1000000}+1', '#', '2^{1000000}'],
    ['\\frac{100000!}{99999!}', '=', '100000'],
    ['10000!', '#', '9999!'],
    ['0.\\overline{3}', '=', '0.333\\ldots'],
    ['0.1(6)', '=', '\\frac16'],
    ['0.(142857)', '=', '\\frac17'],
    ['1.5', '#', '1,5,0'],
    ['1.234', '#', '1,234'],
    ['1,234', '=', '1234'],
    ['0,5', '#', '5'],
    ['1000000', '=', '1,000,000'],
    ['1000000', '=', '1 000 000'],
  ] satisfies Pair[]);
});

test('sets of reals in other notations', () => {
  expectPairs([
    ['(1,2]', '=', ']1,2]'],
    [']1,2[', '=', '(1,2)'],
    ['[1,2]', '=', '[1;2]'],
    ['(-\\infty,0)', '=', '\\mathbb{R}^-'],
    ['(-\\infty,0)', '=', '\\mathbb{R}_{<0}'],
    ['[0,\\infty)', '=', '\\mathbb{R}_{\\ge 0}'],
    ['[0,\\infty)', '#', '\\mathbb{R}^+'],
    ['\\mathbb{R}', '#', '\\mathbb{R}^+'],
    ['\\mathbb{Z}', '#', '\\mathbb{R}'],
    ['\\mathbb{Q}', '#', '\\mathbb{Z}'],
    ['\\{x \\mid x>3\\}', '=', '(3,\\infty)'],
    ['\\{x\\in\\mathbb{R}: x\\ne 0\\}', '=', 'x\\ne 0'],
    ['x\\in(1,2)', '#', 'y\\in(1,2)'],
    ['x\\in\\mathbb{R}', '=', '\\mathbb{R}'],
    ['\\{1,2,3\\}', '=', '\\{x \\mid x=1,2,3\\}'],
  ] satisfies Pair[]);
});

test('combinations', () => {
  expectPairs([
    ['\\binom{10}{3}', '=', 'C(10,3)'],
    ['\\binom{10}{3}', '=', '{10 \\choose 3}'],
    ['\\binom{10}{3}', '=', '^{10}C_3'],
    ['\\binom{10}{3}', '=', 'C_{10}^3'],
    ['\\binom{10}{3}', '=', '10C3'],
    ['\\binom{10}{3}', '=', '\\frac{10!}{3!7!}'],
    ['720', '=', 'P(10,3)'],
    ['720', '=', '{}_{10}P_3'],
    ['720', '=', 'P_{10}^3'],
    ['\\binom{n}{2}', '=', '\\frac{n(n-1)}{2}'],
    ['n!', '=', 'n(n-1)!'],
  ] satisfies Pair[]);
});

test('functions and angles', () => {
  expectPairs([
    ['\\operatorname{ch} x', '=', '\\cosh x'],
    ['\\operatorname{arsinh} x', '=', '\\ln(x+\\sqrt{x^2+1})'],
    ['\\sin 30^\\circ', '=', '0.5'],
    ['\\arctan 1', '=', '45^\\circ'],
    ['\\arctan 1', '=', '\\frac{\\pi}{4}'],
    ['\\frac{\\pi}{3}\\text{ rad}', '=', '60^\\circ'],
    ['1\\text{ rad}', '#', '1^\\circ'],
    ["45^\\circ 30'", '=', '45.5^\\circ'],
    ["45^\\circ30'36''", '=', '45.51^\\circ'],
    ['\\sin^2 x', '=', '(\\sin x)^2'],
    ['\\sin x^2', '#', '(\\sin x)^2'],
  ] satisfies Pair[]);
});

test('ratios and bases', () => {
  expectPairs([
    ['3:4', '=', '3 to 4'],
    ['3:4', '=', '\\frac{3}{4}'],
    ['5\\text{ to }1', '=', '5:1'],
    ['3:4', '#', '4:3'],
    ['1010_2', '=', '10'],
    ['1010_2', '=', '1010_{\\text{two}}'],
    ['1010_2', '=', '1010\\text{ base }2'],
    ['1010_2', '=', '(1010)_{2}'],
    ['1010_2', '#', '1010_3'],
    ['1010_2', '=', '0b1010'],
    ['FF_{16}', '=', '\\text{FF}_{16}'],
    ['FF_{16}', '=', '0xFF'],
    ['FF_{16}', '#', 'FE_{16}'],
  ] satisfies Pair[]);
});
