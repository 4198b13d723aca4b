/** What names, relations and conditions say of an answer; and what is not understood. */
import { test } from 'vitest';
import { expectPairs, type Pair } from './testing/pairs.js';

test('families over an integer, congruences', () => {
  expectPairs([
    ['x=\\frac{\\pi}{4}+k\\pi,\\ k\\in\\mathbb{Z}', '=', 'x=\\frac{\\pi}{4}+n\\pi'],
    ['x=\\frac{\\pi}{4}+k\\pi,\\ k\\in\\mathbb{Z}', '=', '\\frac{\\pi}{4}+n\\pi, n \\in \\mathbb{Z}'],
    ['x=\\frac{\\pi}{4}+k\\pi,\\ k\\in\\mathbb{Z}', '=', 'x=\\frac{5\\pi}{4}+k\\pi,\\ k\\in\\mathbb{Z}'],
    ['x=\\frac{\\pi}{4}+k\\pi,\\ k\\in\\mathbb{Z}', '#', 'x=\\frac{\\pi}{4}+2k\\pi,\\ k\\in\\mathbb{Z}'],
    ['x=\\frac{\\pi}{4}+k\\pi', '=', 'x=\\frac{\\pi}{4}+n\\pi'],
    ['x=\\frac{\\pi}{4}+k\\pi', '#', 'x=-\\frac{\\pi}{4}+n\\pi'],
    ['x=\\pi k,\\ k\\in\\mathbb{Z}', '=', 'x=\\pi k'],
    ['x = 2\\pi k \\text{ or } x=\\pi+2\\pi k, k \\in \\mathbb{Z}', '=', 'x=\\pi n, n\\in\\mathbb{Z}'],
    [
      'x=(-1)^k\\frac{\\pi}{6}+\\pi k, k\\in\\mathbb{Z}',
      '=',
      'x=\\frac{\\pi}{6}+2\\pi n, x=\\frac{5\\pi}{6}+2\\pi n, n\\in\\mathbb{Z}',
    ],
    ['x=30^\\circ+360^\\circ k, k\\in\\mathbb{Z}', '=', 'x=\\frac{\\pi}{6}+2\\pi k, k\\in\\mathbb{Z}'],
    ['x\\equiv 3\\pmod 7', '=', 'x\\equiv 10\\pmod 7'],
    ['x\\equiv 3\\pmod 7', '=', 'x \\equiv -4 \\pmod{7}'],
    ['x\\equiv 3\\pmod 7', '=', 'x = 7n + 3, n\\in\\mathbb{Z}'],
    ['x\\equiv 3\\pmod 7', '=', '3 \\pmod 7'],
    ['x\\equiv 1,3\\pmod 4', '=', 'x\\equiv 1\\pmod 2'],
    ['x\\equiv 3\\pmod 7', '#', 'x=3'],
    ['x\\equiv 3\\pmod 7', '=', 'x \\equiv 3 \\mod 7'],
    ['n\\equiv 1 \\pmod 4', '=', 'n=4k+1'],
    ['n=4k+1', '#', 'n=4k+3'],
    ['n=2k, k\\in\\mathbb{N}', '=', 'n=2m, m\\in\\mathbb{N}'],
    ['n=2k, k\\in\\mathbb{Z}', '=', 'n=2m \\text{ for some integer } m'],
    ['n=2k, k\\in\\mathbb{Z}', '=', 'n = 2k, \\text{ where } k \\text{ is an integer}'],
    ['17 \\bmod 5', '=', '2'],
    ['17 \\mod 5', '=', '2'],
  ] satisfies Pair[]);
});

test('vectors and matrices', () => {
  expectPairs([
    ['(1,2,3)', '=', '<1,2,3>'],
    ['(1,2,3)', '=', '\\mathbf{i}+2\\mathbf{j}+3\\mathbf{k}'],
    ['(1,2,3)', '=', '\\hat{i}+2\\hat{j}+3\\hat{k}'],
    ['(1,2,3)', '=', '\\hat{\\mathbf{i}}+2\\hat{\\mathbf{j}}+3\\hat{\\mathbf{k}}'],
    ['(1,2,3)', '=', '\\vec{i}+2\\vec{j}+3\\vec{k}'],
    ['(1,2,3)', '=', 'i+2j+3k'],
    ['(1,2,3)', '#', 'i+3j+2k'],
    ['(1,-2)', '=', '\\mathbf{i}-2\\mathbf{j}'],
    ['\\langle 3,-4\\rangle', '=', '3\\hat{\\imath}-4\\hat{\\jmath}'],
    ['\\begin{pmatrix}1\\\\2\\\\3\\end{pmatrix}', '=', '(1,2,3)^T'],
    ['\\begin{pmatrix}1\\\\2\\\\3\\end{pmatrix}', '=', '[1,2,3]^T'],
    ['\\begin{pmatrix}1\\\\2\\\\3\\end{pmatrix}', '=', '\\langle 1,2,3\\rangle'],
    ['\\begin{pmatrix}1\\\\2\\\\3\\end{pmatrix}', '=', '[1,2,3]'],
    ['\\begin{pmatrix}1&2\\end{pmatrix}', '=', '(1,2)'],
    ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '=', '\\left[\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right]'],
    ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '#', '\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}'],
    ['-2', '=', '\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}'],
    ['\\begin{pmatrix}0&1\\\\1&0\\end{pmatrix}', '#', 'I'],
    ['\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}', '=', 'I'],
    ['\\begin{pmatrix}1&0&0\\\\0&1&0\\\\0&0&1\\end{pmatrix}', '=', 'I_3'],
    ['\\begin{pmatrix}1&0&0\\\\0&1&0\\\\0&0&1\\end{pmatrix}', '#', 'I_2'],
    [
      '\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}',
      '=',
      '\\left(\\begin{smallmatrix}1&2\\\\3&4\\end{smallmatrix}\\right)',
    ],
  ] satisfies Pair[]);
});

test('vectors: products, arrows, points', () => {
  expectPairs([
    ['\\vec{AB}\\times\\vec{CD}', '#', '\\vec{CD}\\times\\vec{AB}'],
    ['\\vec{a}\\cdot\\vec{b}', '=', '\\vec{b}\\cdot\\vec{a}'],
    ['\\vec{a}\\cdot\\vec{b}', '#', '\\vec{a}\\times\\vec{b}'],
    ['\\overrightarrow{AB}', '#', '\\overrightarrow{BA}'],
    ['\\overline{AB}', '=', 'AB'],
    ['A(1,2)', '#', '(2,1)'],
    ['A(1,2), B(3,4)', '=', '(1,2),(3,4)'],
    ['A(1,2), B(3,4)', '#', '(3,4),(1,2)'],
    ['A=(1,2), B=(3,4)', '=', 'B=(3,4), A=(1,2)'],
  ] satisfies Pair[]);
});

test('cases', () => {
  expectPairs([
    [
      '\\begin{cases}x & x\\ge0\\\\-x & x<0\\end{cases}',
      '=',
      '\\begin{cases}x & \\text{if }x\\ge0\\\\-x & \\text{otherwise}\\end{cases}',
    ],
    ['\\begin{cases}x & x\\ge0\\\\-x & x<0\\end{cases}', '=', '\\begin{cases}x, x\\ge0\\\\-x, x<0\\end{cases}'],
    ['\\begin{cases}x & x\\ge0\\\\-x & x<0\\end{cases}', '#', '\\begin{cases}x & x>0\\\\-x & x<0\\end{cases}'],
    ['\\begin{cases}x^2 & x\\ge1\\\\1 & x<1\\end{cases}', '#', '\\begin{cases}x^2 & x\\ge0\\\\1 & x<0\\end{cases}'],
    ['f(x)=\\begin{cases}x & x\\ge0\\\\-x & x<0\\end{cases}', '=', '|x|'],
    [
      '\\begin{cases}1 & n\\text{ even}\\\\0 & n\\text{ odd}\\end{cases}',
      '=',
      '\\begin{cases}0 & n\\text{ is odd}\\\\1 & n\\text{ is even}\\end{cases}',
    ],
    [
      '\\begin{cases}1 & n\\text{ even}\\\\0 & n\\text{ odd}\\end{cases}',
      '#',
      '\\begin{cases}1 & n\\text{ odd}\\\\0 & n\\text{ even}\\end{cases}',
    ],
  ] satisfies Pair[]);
});

test('domains and conditions', () => {
  expectPairs([
    ['e^{2\\ln x}', '=', 'x^2'],
    ['x^2', '=', 'e^{2\\ln x}'],
    ['\\ln(x^2)', '#', '2\\ln x'],
    ['\\ln x^2', '#', '2 \\ln x'],
    ['\\sqrt{x^2}', '#', 'x'],
    ['\\sqrt{1/n}', '=', '1/\\sqrt{n}'],
    ['f(x)=0', '#', '\\text{for all } x>0, f(x)=0'],
    ['f(x)=0', '#', 'f(x)=0, x>0'],
    ['x^2 \\text{ for } x>0', '=', 'x^2, x>0'],
    ['x^2 \\text{ for } x>0', '#', 'x^2'],
    ['x^2\\ (x>0)', '=', 'x^2,\\ x>0'],
    ['2x - y + 1 = 0', '#', '2x - y - 1 = 0'],
    ['x+y=0', '#', 'x-y=0'],
  ] satisfies Pair[]);
});

test('items with names', () => {
  expectPairs([
    ['x=1,y=2', '=', 'y=2,x=1'],
    ['x=1,y=2', '#', 'y=1,x=2'],
    ['x=1,y=2', '#', '2,1'],
    ['x=1,y=2', '=', '1,2'],
    ['x=1,y=2', '=', '(1,2)'],
    ['(1,2)', '=', 'y=2,x=1'],
    ['(1,2)', '#', 'y=1,x=2'],
    ['1,2', '#', 'x=2,y=1'],
    ['2,3', '=', 'x_1=2,x_2=3'],
    ['2,3', '=', 'x_1=3,x_2=2'],
    ['2,3', '=', 'x=3, x=2'],
    ['AB=2, CD=6', '=', 'CD=6, AB=2'],
    ['AB=2, CD=6', '=', 'AB=2, CD=6'],
    ['AB=2, CD=6', '=', '2, 6'],
    ['AB=2, CD=6', '#', '6, 2'],
    ['\\angle A=30^\\circ,\\angle B=60^\\circ', '#', '\\angle A=60^\\circ,\\angle B=30^\\circ'],
    ['\\angle A=30^\\circ,\\angle B=60^\\circ', '=', '\\angle B=60^\\circ,\\angle A=30^\\circ'],
    ['P(A)=1/2', '#', 'P(B)=1/2'],
    ['P(A)=1/2', '=', '1/2'],
    ['f(1)=2, f(2)=6', '=', 'f(2)=6, f(1)=2'],
    ['\\text{Tom}=5,\\text{Sam}=7', '#', '\\text{Sam}=5,\\text{Tom}=7'],
    ['\\text{Tom}: 5,\\text{ Sam}: 7', '=', '\\text{Sam}: 7, \\text{Tom}: 5'],
    ['\\text{Tom has }5', '#', '\\text{Sam has }5'],
  ] satisfies Pair[]);
});

test('enumerated parts', () => {
  expectPairs([
    ['(a) 2 (b) 6', '=', '(a) 2, (b) 6'],
    ['(a) 2 (b) 6', '=', '2, 6'],
    ['(a) 2 (b) 6', '#', '6, 2'],
    ['(i) 3, (ii) 5', '=', '3, 5'],
    ['(1) 5 (2) 7', '#', '(1) 7 (2) 5'],
    ['1. 2; 2. 6', '=', '1. 2; 2. 6'],
    ['A\\to 2, B\\to 6', '=', 'B\\to 6, A\\to 2'],
    ['A. 2, B. 6', '#', 'A. 6, B. 2'],
  ] satisfies Pair[]);
});

test('relations and what is not understood', () => {
  expectPairs([
    ['p \\Rightarrow q', '#', 'r \\Rightarrow q'],
    ['p \\Rightarrow q', '#', 'q'],
    ['p \\land q', '#', 'p \\lor q'],
    ['p \\land q', '=', 'q \\land p'],
    ['\\neg p', '#', 'p'],
    ['p \\to q', '#', 'q \\to p'],
    ['x \\mapsto x^2', '=', 'x \\mapsto x^2'],
    ['A \\subseteq B', '=', 'B \\supseteq A'],
    ['A \\subset B', '#', 'B \\subset A'],
    ['A \\subseteq B', '#', 'A \\subset B'],
    ['a \\mid b', '#', 'b \\mid a'],
    ['a \\parallel b', '=', 'b \\parallel a'],
    ['a \\perp b', '#', 'a \\parallel b'],
    ['f\\circ g', '#', 'g\\circ f'],
    ['A \\setminus B', '#', 'B \\setminus A'],
    ['A \\times B', '#', 'B \\times A'],
    ['A^{-1}B', '#', 'BA^{-1}'],
    ['A^TB', '#', 'BA^T'],
    ['P \\propto Q', '#', 'Q = P'],
    ['a \\star b', '#', 'b \\star a'],
    ['a \\oplus b', '#', 'b \\oplus a'],
  ] satisfies Pair[]);
});

test('names and primes', () => {
  expectPairs([
    ['\\triangle ABC', '#', '\\triangle ACB'],
    ['\\angle ABC', '=', '\\angle CBA'],
    ['\\angle ABC', '#', '\\angle ACB'],
    ['\\overparen{AB}', '=', '\\overparen{AB}'],
    ["A'", '#', 'A'],
    ["A''", '#', "A'"],
    ["f'(x)", '#', 'f(x)'],
    ["5'", '#', '5'],
    ["AB'", '#', 'AB'],
    ["x'", '#', 'x'],
  ] satisfies Pair[]);
});

test('thousands, signs, labels that are no names', () => {
  expectPairs([
    ['42', '#', '42,000'],
    ['42,000', '#', '42'],
    ['3', '#', '3,000'],
    ['0.5', '#', '0,500,000'],
    ['-7', '=', '-7'],
    ['-7', '#', '7'],
    ['7', '#', '-7'],
    ['k\\ge 3', '#', '2k\\ge 3'],
    ['k\\ge 3', '#', '-k\\ge 3'],
    ['\\{1,2\\}', '#', 'x^2\\in\\{1,2\\}'],
    ['x\\in\\{1,2\\}', '=', '\\{1,2\\}'],
    ['(3,5)', '#', 'x=3,x=5'],
    ['5‰', '=', '0.005'],
    ['5\\%', '#', '5‰'],
    ['5\\text{ dozen}', '=', '60'],
    ['5\\text{ dozen}', '#', '5'],
    ['n \\text{ odd}', '=', 'n \\text{ is odd}'],
    ['n \\text{ prime}', '#', 'n \\text{ composite}'],
    ['2x', '#', '2x \\text{ even}'],
    ['a<b<c', '=', 'b<c, a<b'],
    ['a<b<c', '#', 'a<c, a<b'],
    ['a<b<c', '=', 'c>b>a'],
    ['B > A > C', '=', 'C < A < B'],
    ['\\frac{dy}{dx} = 2x', '#', '\\frac{dx}{dy}=2x'],
    ["y'=2x", '=', '2x'],
    ['a_n=2^n-1', '=', 'a_m = 2^m-1'],
    ['a_n=2^n-1', '#', 'b_n=2^n-1'],
    ['a_n=2^n-1', '#', 'a_n=2^n+1'],
    ['x\\to\\infty', '=', 'x \\to +\\infty'],
    ['x\\to\\infty', '#', 'x\\to 0'],
    ['\\heartsuit', '#', '\\spadesuit'],
    ['\\foo{x}', '=', '\\foo{x}'],
    ['\\foo x y', '#', '\\foo y x'],
    ['\\foo{x}', '#', '\\foo{X}'],
    ['\\nabla\\cdot F', '#', '\\nabla\\times F'],
    ['|v|', '=', '\\|v\\|'],
    ['7\\sqrt{3}', '=', '7\\sqrt(3)'],
    ['x \\bmod 7 = 3', '=', 'x\\equiv 3 \\pmod 7'],
    ['\\{(1,2),(3,4)\\}', '=', '(3,4),(1,2)'],
    ['x=2, y=3\\text{ or }x=3,y=2', '=', 'y=2,x=3\\text{ or }y=3,x=2'],
    ['x=2, y=3\\text{ or }x=4,y=5', '#', 'y=2,x=3\\text{ or }y=4,x=5'],
    ['x=1 \\lor x=2', '=', 'x=1,2'],
    ['x<1 \\lor x>3', '=', '(-\\infty,1)\\cup(3,\\infty)'],
    ['x>1 \\land x<3', '=', '(1,3)'],
    ['(1\\ 2\\ 3)', '=', '(1\\ 2\\ 3)'],
  ] satisfies Pair[]);
});
test('lines, functions and domains that others took for equal', () => {
  expectPairs([
    ['y=2x+1', '#', 'y=2x-1'],
    ['2x-y+1=0', '#', '2x-y-1=0'],
    ['x-y=0', '#', 'x+y=0'],
    ['0=0', '#', 'x-y=0'],
    ['\\sqrt{1/n}', '=', '1/\\sqrt{n}'],
    ['\\frac{1}{\\sqrt{n}}', '=', '\\sqrt{\\frac{1}{n}}'],
    ['\\sqrt{1/n}', '#', '-1/\\sqrt{n}'],
    ['f(x)=0', '#', '\\text{for all } x > 0, f(x) = 0'],
    ['f(x)=0', '#', 'f(x)=0 \\text{ for all } x > 0'],
    ['f(x)=0 \\text{ for all } x > 0', '=', '\\text{for all } x > 0, f(x) = 0'],
    ['\\sqrt{x}\\sqrt{y}', '#', '\\sqrt{xy}'],
    ['f(x)=x+1', '#', 'f(n)=x+1'],
    ['a_n=2^n-1', '#', 'a_k=2^n-1'],
  ]);
});

test('or is told from and', () => {
  expectPairs([
    ['x>1 \\land x<3', '#', 'x>1 \\lor x<3'],
    ['x>1 \\text{ and } x<3', '=', '(1,3)'],
    ['x>1 \\text{ or } x<3', '=', '\\mathbb{R}'],
    ['(1,2)', '#', '(1 \\text{ or } 2)'],
  ]);
});
