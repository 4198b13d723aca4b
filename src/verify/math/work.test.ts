/** The budget of work: what it counts, whose fault it is when it runs out, and that nothing but the texts decides. */
import { describe, expect, test } from 'vitest';
import { Rng } from '../../core/rng.js';
import { hostilePairs } from '../testing/hostile-pairs.js';
import { casesAreThere, judgeCase, knownCases } from '../testing/known-cases.js';
import { goldProblem } from './gold.js';
import { judgeAnswer } from './judge.js';
import { divisorCost, JUDGEMENT_BUDGET, productCost, spend, TooCostly, withinBudget } from './work.js';

const boxed = (answer: string): string => `so \\boxed{${answer}}`;
/** Sums of fractions whose denominators share nothing: exact work that grows with the cube of the length. */
const sum = (terms: number, of = '\\frac{1}{k^2}'): string => `\\sum_{k=1}^{${terms}} ${of}`;

const COSTLY = sum(1900);
const spentOn = (gold: string, response: string): number | undefined =>
  withinBudget(Infinity, () => judgeAnswer(gold, response)).spent ?? NaN;

describe('withinBudget', () => {
  test('gives the result and what it took; too much ends the work at once', () => {
    expect(withinBudget(10, () => (spend(4), 'done'))).toEqual({ value: 'done', spent: 4 });
    let after = false;
    const over = withinBudget(10, () => {
      spend(11);
      after = true;
    });
    expect([over.spent, after]).toEqual([undefined, false]);
    // Nothing is counted, and nothing refused, outside of a budget.
    spend(1e12);
  });

  test('work inside other work has its own budget and counts for both; other errors pass', () => {
    const outer = withinBudget(100, () => {
      expect(withinBudget(10, () => spend(11)).spent).toBeUndefined();
      spend(5);
      return withinBudget(50, () => spend(20)).spent;
    });
    expect(outer).toEqual({ value: 20, spent: 35 });
    expect(() => withinBudget(10, () => JSON.parse('{'))).toThrow(SyntaxError);
    expect(withinBudget(10, () => withinBudget(99, () => spend(11)) && spend(1)).spent).toBeUndefined();
    expect(new TooCostly()).not.toBeInstanceOf(RangeError);
  });

  test('costs grow with the size of the numbers', () => {
    expect(productCost(64_000)).toBeGreaterThan(900 * productCost(64));
    expect(productCost(64_000, 64)).toBeLessThan(productCost(64_000) / 10);
    expect(divisorCost(64_000)).toBeGreaterThan(1e5 * productCost(64));
  });
});

describe('attribution', () => {
  test.each([
    ['a sum', '5', COSTLY],
    ['a product of sums', 'x^2', `(${sum(1500, '\\frac{1}{k^3}')}) x`],
    ['an item of a set', '\\{1, 2\\}', `\\{1, ${COSTLY}\\}`],
    ['an end of an interval', '(1, 2)', `(1, ${COSTLY})`],
    ['numbers in a list', '1, 2', Array.from({ length: 400 }, (_, i) => `-2^{${130_000 + i}}`).join(', ')],
  ])('a response that costs too much is wrong: %s', (_name, gold, answer) => {
    const judged = judgeAnswer(gold, boxed(answer));
    expect(judged).toMatchObject({ outcome: 'too_costly', rule: 'work-limit', extracted: answer });
    expect(judged.steps.at(-1)).toMatch(/more work than is allowed/);
  });

  test('a gold answer that costs too much by itself takes no part, and is found when data is loaded', () => {
    expect(judgeAnswer(COSTLY, boxed('5'))).toMatchObject({ outcome: 'gold_unparseable', rule: 'gold-too-costly' });
    expect(goldProblem(COSTLY)).toMatch(/more work than is allowed/);
    expect(goldProblem(sum(200))).toBeUndefined();
  });

  test('what is decided without the costly work is decided', () => {
    expect(judgeAnswer(COSTLY, boxed(COSTLY)).outcome).toBe('match');
    expect(judgeAnswer('5', `${COSTLY} makes \\boxed{6}`).outcome).toBe('mismatch');
    expect(judgeAnswer('(1, 2)', boxed(`(1, 2, ${COSTLY})`)).outcome).toBe('mismatch');
  });
});

test('what a pair costs does not depend on what was judged before it', () => {
  const pairs: [string, string][] = [
    ['\\pi^2', boxed('9.869604401089358')],
    ['e^{\\pi}', boxed('\\ln 2 + \\pi')],
    ['\\sin(x)^2', boxed('1 - \\cos(x)^2')],
    [sum(100), boxed('\\ln(10^{300}) + e^{50}')],
    ['\\arctan(x)', boxed('\\sqrt{x^2+2}')],
  ];
  const forwards = pairs.map((pair) => spentOn(...pair));
  const backwards = pairs.toReversed().map((pair) => spentOn(...pair));
  expect(backwards.toReversed()).toEqual(forwards);
  expect(Math.min(...forwards.map(Number))).toBeGreaterThan(100);
});

test('trees of any depth give the same verdict near the end of the stack as far from it', () => {
  const near = <T>(depth: number, run: () => T): T => (depth === 0 ? run() : near(depth - 1, run));
  const deep = [200, 300, 3_000].flatMap((n) => [
    '1' + '/2'.repeat(n),
    '9' + '!'.repeat(n),
    '2' + '^2'.repeat(n),
    '\\sqrt'.repeat(n) + '2',
  ]);
  deep.push(
    '\\mathrm{'.repeat(900) + '1' + '}'.repeat(900),
    '\\frac1'.repeat(2_000) + '2',
    '\\sin'.repeat(2_000) + 'x',
  );
  const judge = (): string[] => deep.map((answer) => judgeAnswer('x^2+1', boxed(answer)).rule);
  expect(near(3_000, judge)).toEqual(judge());
});

test('forty megabytes of response are too costly, one is not', () => {
  expect(judgeAnswer('5', `${'so '.repeat(350_000)}\\boxed{5}`).outcome).toBe('match');
  expect(judgeAnswer('5', `${'so '.repeat(14_000_000)}\\boxed{5}`).outcome).toBe('too_costly');
});

test('hostile pairs: few are too costly, and none takes much more than its budget', () => {
  let [tried, costly] = [0, 0];
  for (const { gold, response } of hostilePairs(Rng.fromSeed('work'))) {
    if (++tried > 1_000) break;
    const judged = withinBudget(3 * JUDGEMENT_BUDGET, () => judgeAnswer(gold, response).outcome);
    if (judged.spent === undefined) throw new Error(`${gold} and ${response} took more than the budget`);
    if (judged.value === 'too_costly') costly++;
  }
  expect(costly).toBeLessThan(10);
});

test.skipIf(!casesAreThere)(
  `no known pair comes near the budget${casesAreThere ? '' : ' (skipped: not there)'}`,
  () => {
    const shares = (['cases', 'beyond', 'disabled'] as const).flatMap(knownCases).map((one) => ({
      id: one.id,
      share: (withinBudget(Infinity, () => judgeCase(one)).spent ?? NaN) / JUDGEMENT_BUDGET,
    }));
    expect(shares.filter(({ share }) => !(share < 0.02))).toEqual([]);
  },
);
