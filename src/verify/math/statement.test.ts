/** What a response states: remarks, bounds, hedges and rejected values beside its answer. */
import { test } from 'vitest';
import { expectResponses } from './testing/pairs.js';

/** Every response says 41 and mentions 42. */
const SAYS_41 = [
  'The answer is 41, as 42 was too many.',
  'The answer is 41, although 42 seems plausible.',
  'Answer: 41, whereas 42 is the count with repeats',
  'Final answer: 41 (since 42 fails)',
  'Final Answer: $41$, because $42$ fails.',
  '**Final Answer**\n\n41 (one less than 42)',
  'The answer is 41, not 42.',
  'The answer is 41, which is less than 42.',
  'The answer is $41$; the value $42$ is not attained.',
  'Answer: 41 for n = 42',
  'Answer: 41 instead of 42',
  'I thought it was 42. The answer is 41.',
  'The answer is 42. Wait, that is wrong. It is 41.',
  '\\boxed{42}. Wait, I made a mistake. The answer is 41.',
  '\\boxed{41}. The answer 42 is a common mistake.',
  '\\boxed{41}\n\nNote: the answer is 42 if we count twice.',
  'So there are 41 ways, since 42 includes one twice.',
  'So x = 41 because x = 42 does not satisfy the equation.',
  'We get x=41, and x=42 is rejected.',
  'x = 41, while x = 42 is excluded.',
  'Thus $x=41$ (the other root $x=42$ is rejected).',
  'There are 41 of them (42 if we count zero).',
  'It is 41, not 42.',
  'We find 41 rather than 42.',
  'So the largest is 41; the next would be 42.',
  'Hence 42 is not possible, leaving 41.',
  'The total is 41 when n = 42.',
  'The answer would be 42 if we counted twice, but it is 41.',
  'Final answer: 41\nStep count: 42',
  '<answer>42</answer> Sorry, <answer>41</answer>',
  '最终答案是41，因为42太大。',
  'Die Antwort ist 41, weil 42 zu viel ist.',
  'Ответ: 41, так как 42 не подходит',
];

test('what is said beside an answer is no answer, and hides none', () => {
  expectResponses(SAYS_41.flatMap((said) => [['41', '=', said] as const, ['42', '#', said] as const]));
});

test('a bound, a denial, a part of an expression and one of several values are no value', () => {
  const answers = [
    'at least 42', 'no more than 42', 'less than 42', 'over 42', 'up to 42', 'between 40 and 42', 'between 42 and 50',
    'anything but 42', 'any number other than 42', '42 or more', '42 at most', 'twice 42', 'half of 42', '42 squared',
    'minus 42', 'negative 42', '> 42', 'x > 42', 'not 42', 'not equal to 42', '41 to 42', 'from 41 to 42', '41-42',
    '41 over 42', '41 out of 42', '41 x 42', '41 or 42', 'either 42 or 41', '41; 42', '35, 41, 42', '42 mod 5', '42²',
    'sqrt(42)', '2^42', '5 dozen and 42', '42 thousand', '3\\sqrt{42}', '\\frac{1}{42}',
  ]; // prettier-ignore
  for (const form of ['Answer: X', 'The answer is X.', '<answer>X</answer>', '{"answer": "X"}'])
    expectResponses(answers.map((answer) => ['42', '#', form.replace('X', answer.replace(/\\/g, '\\\\'))] as const));
  expectResponses(['It is at least 42.', 'There are more than 42 ways.', 'It is not 42.', '42 is wrong.', 'It is - 42.'].map((said) => ['42', '#', said] as const)); // prettier-ignore
});

test('words around a value do not change it', () => {
  const said = [
    'about 42', 'exactly 42', 'simply 42', '42, in total, so that is much', '42 because 40+2=42', '42 apples', '**42**', '`42`',
    '*42*', '**$42$**', '$42$.', '42 ✓', '= 42', 'x = 42', '42 (exactly)',
  ]; // prettier-ignore
  expectResponses(said.map((answer) => ['42', '=', `The answer is ${answer}`] as const));
  expectResponses(said.map((answer) => ['41', '#', `The answer is ${answer}`] as const));
});

test('a sentence comes back from its reason to its conclusion', () => {
  expectResponses([
    ['42', '=', 'Since 40 + 2 = 42, we get 42.'],
    ['5', '=', 'Since x+1 = 6, x = 5.'],
    ['12', '=', 'If n = 3, the total is 12.'],
    ['7', '=', 'We have $a=3$ since $b$ is odd, so the sum is $7$.'],
    ['42', '=', 'Thus n = 42. Note that 41 fails.'],
    ['41', '#', 'Thus n = 42. Note that 41 fails.'],
  ]);
});

test('LaTeX without delimiters is found whole', () => {
  expectResponses([
    ['\\frac18', '=', 'The probability is **\\frac18**'],
    ['\\frac18', '#', '**\\frac17**'],
    ['3\\sqrt{2}', '=', 'The length is 3\\sqrt{2}.'],
    ['2', '#', 'The length is \\sqrt{2}.'],
    ['3', '#', 'The probability is \\frac{1}{3}.'],
    ['\\frac{1}{8}', '=', 'Hence P = \\frac{1}{8}.'],
  ]);
});

test('the answer in bold below its heading, of several headings', () => {
  for (const said of [
    'Final Answer: **73**',
    '**Final Answer:** 73',
    '## Final Answer\n\n73',
    'Final Answer\n\n**73**',
  ])
    expectResponses([
      ['73', '=', said],
      ['234', '#', said],
    ]);
});

test('of two values that the gold answer has, one is not enough', () => {
  expectResponses([
    ['3 \\text{ and } 5', '#', 'The answer is 3.'],
    ['3, 5', '#', '\\boxed{5}'],
    ['3, 5', '=', 'The answer is 5 and 3.'],
    ['x=3, y=5', '=', 'x = \\boxed{3}, y = \\boxed{5}'],
    ['x=3, y=5', '#', 'x = \\boxed{5}, y = \\boxed{3}'],
    ['3, 5', '=', '(a) \\boxed{3}, (b) \\boxed{5}'],
    ['5', '#', '(a) \\boxed{3}\n(b) \\boxed{5}'],
  ]);
});
