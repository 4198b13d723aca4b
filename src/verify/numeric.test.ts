import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { lastBoxed } from '../data/index.js';
import { numericVerifier, verifyNumeric } from './numeric.js';
import { rewardOf, type Verdict } from './types.js';

describe('lastBoxed', () => {
  test.each([
    ['so \\boxed{42}.', '42'],
    ['\\boxed{1} then \\boxed{2}', '2'],
    ['\\boxed { 33 }', '33'],
    ['\\boxed{\\frac{1}{2}}', '\\frac{1}{2}'],
    ['\\boxed{\\{1, 2\\}}', '\\{1, 2\\}'],
    ['\\fbox{7}', '7'],
    ['\\boxed 7.', '7'],
    ['\\boxed{}', ''],
  ])('%s', (text, content) => expect(lastBoxed(text)).toEqual({ content }));

  test.each([
    ['nothing', 'no-box'],
    ['\\boxedfoo{1}', 'no-box'],
    ['\\boxed{1', 'box-cut-off'],
    ['\\boxed{1} or \\boxed{\\frac{1}{2}', 'box-cut-off'],
    ['\\boxed', 'box-cut-off'],
  ])('%s', (text, missing) => expect(lastBoxed(text)).toEqual({ missing }));

  test('is linear in hostile text', () => {
    const begun = performance.now();
    expect(lastBoxed('\\boxed{'.repeat(100_000))).toEqual({ missing: 'box-cut-off' });
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  const known = '../shared/data/verify/extraction.jsonl';
  test.skipIf(!existsSync(known))(`agrees with known extractions (needs ${known})`, async () => {
    const cases = (await readJsonlAll<{ kind: string; text: string; expected: string[] }>(known)).filter(
      (c) => c.kind === 'boxed',
    );
    expect(cases.length).toBeGreaterThan(4);
    for (const { text, expected } of cases) {
      const found = lastBoxed(text);
      expect('content' in found ? [found.content] : []).toEqual(expected);
    }
  });
});

describe('verifyNumeric', () => {
  test.each<[string, string, Partial<Verdict>]>([
    ['42', 'so \\boxed{42}', { outcome: 'match', rule: 'exact-integer', extracted: '42' }],
    ['1000', '\\boxed{1,000.0}', { outcome: 'match', rule: 'exact-integer' }],
    ['0.5', '\\boxed{\\frac{1}{2}}', { outcome: 'match', rule: 'exact-rational' }],
    ['19', '\\boxed{19 pounds}', { outcome: 'match' }],
    ['19', '\\boxed{-19}', { outcome: 'mismatch', rule: 'wrong-sign' }],
    ['19', '\\boxed{19} no, \\boxed{18}', { outcome: 'mismatch', rule: 'different-number', extracted: '18' }],
    ['19', '\\boxed{nineteen}', { outcome: 'mismatch', rule: 'not-a-number' }],
    ['19', 'it is 19', { outcome: 'no_answer', rule: 'no-box' }],
    ['19', 'it is \\boxed{19', { outcome: 'no_answer', rule: 'box-cut-off' }],
    ['19', '<think>\\boxed{18}</think> \\boxed{19}', { outcome: 'match' }],
    ['19', '<think>\\boxed{19}', { outcome: 'no_answer', rule: 'thinking-unfinished' }],
    ['19', '<think>\\boxed{19}</think> done', { outcome: 'no_answer', rule: 'no-box' }],
    ['19', '\\boxed{ }', { outcome: 'no_answer', rule: 'box-empty' }],
    ['blue', '\\boxed{blue}', { outcome: 'gold_unparseable' }],
    ['9007199254740993', '\\boxed{9007199254740992}', { outcome: 'mismatch' }],
  ])('gold %s, response %s', (gold, response, verdict) => {
    expect(verifyNumeric(gold, response)).toMatchObject(verdict);
  });

  test('a bad gold answer never fails the rest, and is found when data is read', async () => {
    const problem = { id: 'a', question: 'Q', answer: '1' };
    const verdicts = await numericVerifier.verifyMany([
      { problem: { ...problem, answer: 'blue' }, response: '\\boxed{1}' },
      { problem, response: '\\boxed{1}' },
    ]);
    expect(verdicts.map((v) => v.outcome)).toEqual(['gold_unparseable', 'match']);
    expect(numericVerifier.checkAnswer?.('blue')).toContain('blue');
    expect(numericVerifier.checkAnswer?.('1/3')).toBeUndefined();
  });

  const math = '../shared/data/math/math500.jsonl';
  test.skipIf(!existsSync(math))(`every numeric MATH-500 solution matches its own answer (needs ${math})`, async () => {
    const rows = await readJsonlAll<{ answer: string; solution: string }>(math);
    const numeric = rows.filter((r) => numericVerifier.checkAnswer?.(r.answer) === undefined);
    expect(numeric.length).toBeGreaterThan(300);
    for (const { answer, solution } of numeric) expect(verifyNumeric(answer, solution).outcome).toBe('match');
  });
});

test('rewardOf: failures of the verifier carry no reward', () => {
  const reward = (outcome: Verdict['outcome'], given?: number) =>
    rewardOf(given === undefined ? { outcome, rule: 'r' } : { outcome, rule: 'r', reward: given });
  expect([reward('match'), reward('mismatch'), reward('no_answer'), reward('partial', 0.25)]).toEqual([1, 0, 0, 0.25]);
  expect(reward('too_costly')).toBe(0);
  expect([reward('timeout'), reward('error'), reward('gold_unparseable')]).toEqual([undefined, undefined, undefined]);
});
