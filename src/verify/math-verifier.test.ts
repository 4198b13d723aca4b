import { describe, expect, onTestFinished, test } from 'vitest';
import { openMathVerifier, type MathVerifierOptions } from './math-verifier.js';
import { openVerifier } from './open.js';
import { rewardOf, type Verdict } from './types.js';
import { isCorrect, verify, verifyMany } from './verify.js';

/** A verifier whose threads obey `hang`, `exit` and so on (testing/hostile-worker.ts). */
function hostileVerifier(options: MathVerifierOptions) {
  const verifier = openMathVerifier(options, new URL('./testing/hostile-worker.js', import.meta.url));
  onTestFinished(() => verifier.dispose());
  return verifier;
}

describe('verify', () => {
  test('says what was compared, by which rule, and how long it took', async () => {
    const verdict = await verify('1000', 'so it is \\boxed{1,000}');
    expect(verdict).toMatchObject({ outcome: 'match', extracted: '1,000' });
    expect(verdict.rule).toMatch(/./);
    expect([verdict.goldForm, verdict.answerForm].every((form) => typeof form === 'string')).toBe(true);
    expect(verdict.timeMs).toBeGreaterThan(0);
    expect(verdict.steps).toBeUndefined();
    expect((await verify('5', '\\boxed{5}', { steps: true })).steps?.length).toBeGreaterThan(0);
  });

  test('judges many in order, each with options of its own', async () => {
    const verdicts = await verifyMany([
      { gold: '5', response: '\\boxed{5}' },
      { gold: '5', response: '\\boxed{6}' },
      { gold: '5', response: 'I give up' },
      { gold: '', response: '\\boxed{6}' },
      { gold: '5', response: '<think>\\boxed{6}</think> \\boxed{5}', options: { afterThinking: true } },
    ]);
    const outcomes = verdicts.map((v) => v.outcome);
    expect(outcomes).toEqual(['match', 'mismatch', 'no_answer', 'gold_unparseable', 'match']);
    expect(verdicts[3]?.reason).toMatch(/empty/);
  });

  test('an answer that is too costly is wrong, with its reason; a gold answer that is cannot be judged against', async () => {
    const costly = '\\sum_{k=1}^{1900} \\frac{1}{k^2}';
    const [byResponse, byGold] = await verifyMany([
      { gold: '5', response: `\\boxed{${costly}}` },
      { gold: costly, response: '\\boxed{5}' },
    ]);
    expect(byResponse).toMatchObject({ outcome: 'too_costly', rule: 'work-limit', extracted: costly });
    expect(byGold).toMatchObject({ outcome: 'gold_unparseable', rule: 'gold-too-costly' });
    expect([byResponse?.reason, byGold?.reason]).toEqual(Array(2).fill(expect.stringMatching(/more work/)));
    expect([byResponse, byGold].map((verdict) => rewardOf(verdict as Verdict))).toEqual([0, undefined]);
    expect(await isCorrect('5', `\\boxed{${costly}}`)).toBe(false);
  });

  test('isCorrect is true or false, and undefined where the verifier could not judge', async () => {
    expect(await isCorrect('5', '\\boxed{5}')).toBe(true);
    expect(await isCorrect('5', '\\boxed{6}')).toBe(false);
    expect(await isCorrect('5', 'I give up')).toBe(false);
    expect(await isCorrect('', '\\boxed{6}')).toBeUndefined();
  });
});

describe('openMathVerifier', () => {
  test('a pair that hangs is a timeout, one that ends its thread an error; the others are judged', async () => {
    const verifier = hostileVerifier({ timeoutMs: 500 });
    const pairs = ['hang', '\\boxed{1}', 'exit', 'hang', '\\boxed{2}'].map((response) => ({ gold: '1', response }));
    const verdicts = await verifier.verifyPairs(pairs);
    expect(verdicts.map((v) => v.outcome)).toEqual(['timeout', 'match', 'error', 'timeout', 'mismatch']);
    expect(verdicts[0]).toMatchObject({ rule: 'time-limit', reason: 'no verdict after 500 ms' });
    expect(verdicts[2]).toMatchObject({ rule: 'verifier-failed', reason: expect.stringContaining('code 3') as string });
  });

  test('is the verifier named math, for groups of rollouts and for gold answers', async () => {
    const verifier = await openVerifier('math', { workers: 1, math: { afterThinking: true } });
    onTestFinished(() => verifier.dispose());
    const problem = { id: 'p', question: 'Q', answer: '5' };
    const verdicts = await verifier.verifyMany([
      { problem, response: '<think>\\boxed{5}</think> It is \\boxed{4}.' },
      { problem, response: '\\boxed{5}' },
    ]);
    expect(verdicts.map((v) => v.outcome)).toEqual(['mismatch', 'match']);
    expect(verifier.checkAnswer?.('5')).toBeUndefined();
    expect(verifier.checkAnswer?.(' ')).toMatch(/./);
  });

  test('after dispose everything is an error that says so', async () => {
    const verifier = openMathVerifier();
    await verifier.dispose();
    const verdicts = await verifier.verifyPairs([{ gold: '1', response: '\\boxed{1}' }]);
    expect(verdicts).toMatchObject([{ outcome: 'error', reason: 'used after dispose' }]);
  });
});
