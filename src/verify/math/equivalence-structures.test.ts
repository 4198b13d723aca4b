/** What equals what among expressions, sets, tuples, intervals, matrices and equations. */
import { test } from 'vitest';
import { expectPairs } from './testing/pairs.js';

test('polynomials and rational functions', () => {
  expectPairs([
    ['(x+1)^2', '=', 'x^2+2x+1'],
    ['(x+1)^2', '#', 'x^2+2x+2'],
    ['(x+1)^2', '#', 'x^2+2x-1'],
    ['x^3+3x-6', '=', '-6+3x+x^3'],
    ['(a+5)(b+2)', '=', 'ab+2a+5b+10'],
    ['\\frac{x^2-1}{x-1}', '=', 'x+1'],
    ['p-q', '#', 'q-p'],
    ['\\frac{11+9a}{20}', '=', '\\frac{11}{20}+\\frac{9}{20}a'],
    ['6r^2-4r-24', '=', '2(3r^2-2r-12)'],
    ['x+2n+1', '#', 'x+1'],
    ['2^{n-1}', '=', '\\frac{2^n}{2}'],
    ['3^x-2^x', '#', '2^x-3^x'],
    ['x^{-1}', '=', '\\frac1x'],
    ['42x\\sqrt{5x}', '=', '42\\sqrt{5}x^{3/2}'],
    ['\\sqrt{x^2}', '#', 'x'],
    ['\\sqrt{x^2}', '=', '|x|'],
    ['\\ln(x^2)', '#', '2\\ln x'],
    ['2\\sin b\\cos a', '=', '\\sin(a+b)-\\sin(a-b)'],
    ['\\cot x', '=', '\\frac{\\cos x}{\\sin x}'],
    ['\\sin^2 x', '=', '1-\\cos^2 x'],
    ['\\sin 2x', '=', '2 \\sin x \\cos x'],
    ['\\tan x', '#', '\\cot x'],
    ['\\sqrt{a^2+b^2}', '#', 'a+b'],
    ['\\frac{1}{2}(e^{at}-e^{-at})', '=', '\\sinh(at)'],
    ['f(4-x)', '=', 'f(-x+4)'],
    ['f(4-x)', '#', 'f(x-4)'],
    ['x_1+x_2', '=', 'x_{2}+x_{1}'],
    ['x_1', '#', 'x_2'],
    ['a', '#', 'b'],
    ['\\frac{n(n+1)}{2}', '=', '\\frac{1}{2}n^2+\\frac12 n'],
    ['3R^2', '#', '3r^2'],
    ['(-1)^{n+1}', '=', '-(-1)^n'],
    ['x^{100}-1', '#', 'x^{100}+1'],
    ['\\frac{8-7x}{6}', '=', '-\\frac{7x-8}{6}'],
    ['3 \\sec \\frac{1}{2} \\theta', '=', '\\frac{3}{\\cos(\\theta/2)}'],
    ['\\tan \\frac{x}{2}', '#', '\\tan x'],
    ['5r^5', '#', '5r^4'],
    ['x', '#', 'X'],
    ['\\alpha+1', '#', 'a+1'],
  ]);
});

test('sets and lists', () => {
  expectPairs([
    ['\\{1,2,3\\}', '=', '\\{3,2,1\\}'],
    ['\\{1,2,3\\}', '#', '\\{1,2\\}'],
    ['1,2', '=', '2,1'],
    ['1,2', '=', '2 \\text{ or } 1'],
    ['1,-2', '=', '\\{-2, 1\\}'],
    ['2, 3, \\text{ and } 4', '=', '2,3,4'],
    ['3, 5, 7', '#', '3, 5'],
    ['3, 5', '#', '3, 5, 7'],
    ['1 \\pm \\sqrt{19}', '=', '1+\\sqrt{19}, 1-\\sqrt{19}'],
    ['1 \\pm \\sqrt{19}', '#', '1+\\sqrt{19}'],
    ['\\pm 2', '=', '2, -2'],
    ['\\{1\\pm\\sqrt{5},-2\\}', '=', '-2, 1-\\sqrt5, 1+\\sqrt5'],
    ['x=1, 2', '=', '1, 2'],
    ['x = 1 \\text{ or } x = 2', '=', '2, 1'],
    ['2,-1', '=', 'x = -1 \\text{ or } x = 2'],
    ['a_3 = 2, a_{37} = 19', '=', 'a_{37}=19, a_3 = 2'],
    ['a_3 = 2, a_{37} = 19', '#', 'a_3 = 19, a_{37} = 2'],
    ['\\frac 74,7', '=', '7, 1.75'],
    ['\\varnothing', '=', '\\emptyset'],
    ['\\varnothing', '=', '\\{\\}'],
    ['\\varnothing', '#', '0'],
    ['-12;-11;-10', '=', '-10, -11, -12'],
    ['\\{1,2\\}', '=', '\\{1,2,2\\}'],
    ['5', '#', '5, 6'],
    ['5', '=', '\\{5\\}'],
    ['7', '=', '7 \\text{ or } \\frac{14}{2}'],
    ['6, 8\\text{, and }10', '=', '10, 8, 6'],
    ['p = 5, q = 2; p = 7, q = 2', '=', '(5,2),(7,2)'],
    ['x = \\pm 3', '=', '-3, 3'],
    ['3 \\pm 2\\sqrt2', '#', '3 \\pm \\sqrt2'],
    ['\\{(1,2),(3,4)\\}', '=', '(3,4),(1,2)'],
    ['\\{(1,2),(3,4)\\}', '#', '(2,1),(3,4)'],
    ['60^\\circ, 120^\\circ', '=', '60, 120'],
  ]);
});

test('tuples and points', () => {
  expectPairs([
    ['(1,2)', '=', '(1, 2)'],
    ['(1,2)', '#', '(2,1)'],
    ['(1,2,3)', '#', '(1,2)'],
    ['(1,4.5)', '=', '\\left(1,\\frac92\\right)'],
    ['(p,q)=(3,2)', '=', '(3,2)'],
    ['(x,y)=(3,2)', '=', 'x=3, y=2'],
    ['(7,6)', '=', '7, 6'],
    ['(7,6)', '#', '6, 7'],
    ['(1,3)', '=', '{1,3}'],
    ['\\left( 3, \\frac{\\pi}{2} \\right)', '#', '\\left( 3, -\\frac{\\pi}{2} \\right)'],
    ['(2,251,252)', '=', '(2, 251, 252)'],
    ['(1,2)', '#', '\\{1,2\\}'],
    ['(1,2)', '#', '[1,2]'],
    ['\\langle 1,2 \\rangle', '=', '(1,2)'],
    ['(3,4)', '#', '7'],
    ['(6,31,-1)', '#', '(6,31,1)'],
    ['(-4, 27);(2, 15)', '=', '(2,15), (-4,27)'],
    ['(\\pm 3, 2)', '=', '(3,2),(-3,2)'],
    ['(6,235^\\circ)', '=', '(6, 235^{\\circ})'],
    ['(1,2)', '#', '(1,2,2)'],
  ]);
});

test('intervals, unions, inequalities', () => {
  expectPairs([
    ['[0,1)', '#', '[0,1]'],
    ['[0,1)', '#', '(0,1)'],
    ['[0,1)', '=', '\\left[0,1\\right)'],
    ['(2,\\infty)', '=', '(2, +\\infty)'],
    ['(-\\infty,2)\\cup(3,\\infty)', '=', 'x<2 \\text{ or } x>3'],
    ['(-\\infty,2)\\cup(3,\\infty)', '#', '(-\\infty,2]\\cup(3,\\infty)'],
    ['x \\in [-2,7]', '=', '[-2,7]'],
    ['[-2,7]', '=', '-2 \\le x \\le 7'],
    ['[-2,7]', '#', '-2 < x \\le 7'],
    ['x \\le 5', '=', '5 \\ge x'],
    ['x > 5', '#', 'x < 5'],
    ['x>5', '#', 'y>5'],
    ['x < 1', '=', '-x > -1'],
    ['2x < 4', '=', 'x<2'],
    ['x \\ge 2', '=', '[2,\\infty)'],
    ['(-\\infty, -8)\\cup (-8, \\infty)', '=', 'x \\ne -8'],
    ['(-\\infty,\\infty)', '=', '\\mathbb{R}'],
    ['\\mathbb{R} \\setminus \\{2\\}', '=', '(-\\infty,2)\\cup(2,\\infty)'],
    ['(0,9) \\cup (9,36)', '#', '(0,36)'],
    ['[1,2]\\cup[2,3]', '=', '[1,3]'],
    ['|x| < 3', '=', '(-3,3)'],
    ['(-\\infty, 0) \\cup\\{1\\}', '=', '\\{1\\}\\cup(-\\infty,0)'],
    ['1 \\le x < 4, x \\ne 2', '=', '[1,2)\\cup(2,4)'],
    ['-80\\leq g(x)\\leq 82', '=', '[-80,82]'],
    ['0<f(x)<1', '=', '(0,1)'],
    ['s^2 \\le 8r^2', '=', '8r^2 \\ge s^2'],
    ['s^2 \\le 8r^2', '#', 's^2 < 8r^2'],
    ['\\left[ \\frac{\\pi^2}{8}, \\frac{5 \\pi^2}{4} \\right]', '=', '\\frac{\\pi^2}{8} \\le x \\le 1.25\\pi^2'],
    ['(1,2)', '=', '1<x<2'],
    ['\\infty', '=', '+\\infty'],
    ['\\infty', '#', '-\\infty'],
    ['(0,\\infty)', '#', '(0,1)'],
    ['k \\geqslant 2', '=', 'k \\ge 2'],
    ['x>1', '=', 'x \\in (1,\\infty)'],
  ]);
});

test('interval gold refuses inequalities where told so', () => {
  expectPairs(
    [
      ['[-2,7]', '#', '-2 \\le x \\le 7'],
      ['-2 \\le x \\le 7', '=', '[-2,7]'],
      ['x<3', '=', 'x < 3'],
    ],
    { intervalsMatchInequalities: false },
  );
});

test('matrices', () => {
  expectPairs([
    ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '=', '\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}'],
    ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '#', '\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}'],
    ['\\begin{pmatrix}1\\\\2\\end{pmatrix}', '#', '\\begin{pmatrix}1&2\\end{pmatrix}'],
    ['\\begin{pmatrix} -1/3 \\\\ 2/3 \\end{pmatrix}', '=', '\\frac13\\begin{pmatrix}-1\\\\2\\end{pmatrix}'],
    ['\\begin{pmatrix}1\\\\2\\end{pmatrix}', '=', '(1,2)'],
    ['\\begin{pmatrix}6&8\\\\10&12\\end{pmatrix}', '=', '2\\begin{pmatrix}3&4\\\\5&6\\end{pmatrix}'],
    ['\\begin{pmatrix}1&2\\\\0&1\\end{pmatrix}', '=', '\\begin{pmatrix}1&1\\\\0&1\\end{pmatrix}^2'],
    ['\\begin{pmatrix}1\\\\2\\end{pmatrix}', '=', '\\begin{pmatrix}1&2\\end{pmatrix}^T'],
    ['\\begin{pmatrix}1&2\\end{pmatrix}', '#', '\\begin{pmatrix}1&2\\\\0&0\\end{pmatrix}'],
  ]);
});

test('equations and labels', () => {
  expectPairs([
    ['5', '=', 'x=5'],
    ['x=5', '=', '5'],
    ['x=5', '#', 'y=5'],
    ['x=5', '#', 'x=6'],
    ['y=2x+3', '=', 'y = 3+2x'],
    ['y=2x+3', '=', '2x-y+3=0'],
    ['y=2x+3', '#', 'y=2x-3'],
    ['x+2y=3', '=', '3x+6y=9'],
    ['x+z=1', '#', '1'],
    ['y=2x+3', '=', '2x+3'],
    ['5x - 7y + 11z + 4 = 0', '=', '-5x+7y-11z=4'],
    ['f(x)=x+1', '=', 'f(n)=n+1'],
    ['f(x)=x+1', '=', 'x+1'],
    ['x^2+y^2=4', '#', 'x^2+y^2=2'],
    ['x = 5+6 = 11', '=', '11'],
    ['x = \\frac13 \\approx 0.33', '=', '\\frac13'],
    ['AB=12', '=', '12'],
    ['\\frac{NO}{BO}=\\frac{1}{\\sqrt6}', '=', '\\frac{\\sqrt6}{6}'],
    ['S_1:S=7:32', '=', '7:32'],
    ['7 = 11a+c', '#', '11a+c'],
    ['a^2+b=0', '#', '0'],
    ['a=b', '=', 'b=a'],
    ['m = n^2', '#', 'm = n^3'],
    ['\\angle ABC = 60^\\circ', '=', '60'],
    ['\\text{Area} = 12', '=', '12'],
    ['|AB| = 5', '=', '5'],
  ]);
});

test('names may differ where told so', () => {
  expectPairs(
    [
      ['f(x)', '=', 'f(y)'],
      ['x+2', '=', 't+2'],
      ['x+y', '#', 't+2'],
      ['x=5', '#', 'y=6'],
    ],
    { strictNames: false },
  );
});

test('sums and products', () => {
  expectPairs([
    ['\\sum_{k=1}^{n} k', '=', '\\frac{n(n+1)}{2}'],
    ['\\sum_{k=1}^{n} k', '#', '\\frac{n(n-1)}{2}'],
    ['385', '=', '\\sum_{i=1}^{10} i^2'],
    ['n!', '=', '\\prod_{k=1}^n k'],
    ['2^n', '=', '\\sum_{k=0}^{n} \\binom{n}{k}'],
    ['\\sum_{k=1}^{10} \\sqrt{k}', '=', '\\sqrt{10}+\\sum_{k=1}^{9} \\sqrt{k}'],
  ]);
});

test('environments of lines, and units in roman type', () => {
  expectPairs([
    ['x=1, y=2', '=', '\\begin{cases} x = 1 \\\\ y = 2 \\end{cases}'],
    ['(1,2)', '=', '\\begin{cases} x = 1 \\\\ y = 2 \\end{cases}'],
    ['9', '=', '\\begin{aligned} 9 \\end{aligned}'],
    ['5\\mathrm{~m}', '=', '5'],
    ['5\\mathrm{~m}', '#', '5\\mathrm{~s}'],
    ['12 \\mathrm{~cm}^{2}', '=', '12\\text{ cm}^2'],
    ['\\mathbf{8 8 8}', '=', '888'],
    ['\\mathrm{e}', '=', 'e'],
  ]);
});

test('sets in words and in builder notation', () => {
  expectPairs([
    ['\\text{no solution}', '=', '\\varnothing'],
    ['(-\\infty,\\infty)', '=', '\\text{all real numbers}'],
    ['(2,\\infty)', '=', '\\{x \\mid x > 2\\}'],
    ['(2,\\infty)', '=', '\\{x \\in \\mathbb{R} : x > 2\\}'],
    ['(2,\\infty)', '#', '\\{x \\mid x \\ge 2\\}'],
    ['\\text{none}', '#', '0'],
  ]);
});

test('plain spellings', () => {
  expectPairs([
    ['3x^2', '=', '3x**2'],
    ['2\\sqrt{3}', '=', '2*sqrt(3)'],
    ['\\frac{1+\\sqrt5}{2}', '=', '(1 + sqrt(5))/2'],
    ['e^{i\\pi/3}', '=', 'cis(pi/3)'],
    ['2^{1/3}', '=', '2^(1/3)'],
    ['\\frac{\\pi}{2}', '=', 'pi/2'],
    ['x^2', '=', 'x²'],
    ['\\lfloor x \\rfloor', '#', 'x'],
    ['\\lceil x \\rceil', '#', '\\lfloor x \\rfloor'],
    ['\\infty', '=', 'infinity'],
  ]);
});
