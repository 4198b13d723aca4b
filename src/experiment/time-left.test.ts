import { expect, it } from 'vitest';
import { secondsLeft } from './time-left.js';

const arms = [
  { name: 'grpo', policyOf: null },
  { name: 'ra-rft', policyOf: null },
  { name: 'later', policyOf: 'grpo' },
];

it('is not known before an arm has been measured', () => {
  expect(secondsLeft([{ arms, seconds: {} }])).toBeUndefined();
  expect(secondsLeft([{ arms, seconds: { labels: 30 } }])).toBeUndefined();
});

it('takes what a stage took in other seeds, and the mean of its kind for arms that nobody has seen', () => {
  const first = { labels: 30, retriever: 10, 'train-grpo': 100 };
  // This seed: another training (100) and a borrowed policy (at most 100); a new seed: 30 + 10 + 100 + the same two.
  expect(secondsLeft([{ arms, seconds: first }])).toBe(200);
  expect(
    secondsLeft([
      { arms, seconds: first },
      { arms, seconds: {} },
    ]),
  ).toBe(200 + 340);
  const more = { ...first, 'train-ra-rft': 140, 'eval-later': 6 };
  expect(
    secondsLeft([
      { arms, seconds: more },
      { arms, seconds: { labels: 32 } },
    ]),
  ).toBe(10 + 100 + 140 + 6);
});

it('is nothing where all is done', () => {
  expect(secondsLeft([{ arms: arms.slice(0, 1), seconds: { labels: 1, 'train-grpo': 5 } }])).toBe(0);
  expect(secondsLeft([])).toBe(0);
});
