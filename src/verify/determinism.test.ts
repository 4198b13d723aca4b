/** The same pairs get the same verdicts however busy the machine is, however they are cut into batches, and in any order. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { judgeForPool } from './math-item.js';
import { openMathVerifier, type AnswerPair } from './math-verifier.js';
import { hostilePairs } from './testing/hostile-pairs.js';
import type { Verdict } from './types.js';

/** On both sides of the budget, and close to it. */
const costly: readonly AnswerPair[] = [1250, 1300, 1350].flatMap((terms) => {
  const sum = `\\sum_{k=1}^{${terms}} \\frac{1}{k^2}`;
  return [
    { gold: '5', response: `\\boxed{${sum}}` },
    { gold: sum, response: '\\boxed{1}' },
  ];
});

const pairs: AnswerPair[] = [...costly];
for (const { gold, response } of hostilePairs(Rng.fromSeed('fuzz'))) if (pairs.push({ gold, response }) === 40) break;

const untimed = (verdicts: readonly Verdict[]): Verdict[] => verdicts.map(({ timeMs: _, ...verdict }) => verdict);
const expected = pairs.map(({ gold, response }) => judgeForPool({ gold, response, options: {}, steps: false }));

async function judged(all: readonly AnswerPair[], workers: number, atOnce: number): Promise<Verdict[]> {
  const verifier = openMathVerifier({ workers });
  onTestFinished(() => verifier.dispose());
  const verdicts: Verdict[] = [];
  for (let i = 0; i < all.length; i += atOnce) verdicts.push(...(await verifier.verifyPairs(all.slice(i, i + atOnce))));
  return untimed(verdicts);
}

test('some of the pairs are too costly, by the response or by the gold answer, and most are not', () => {
  const count = (rule: string): number => expected.filter((verdict) => verdict.rule === rule).length;
  expect(count('work-limit')).toBeGreaterThan(0);
  expect(count('gold-too-costly')).toBeGreaterThan(0);
  expect(count('work-limit') + count('gold-too-costly')).toBeLessThan(20);
});

test('with as many busy threads beside it as there are cores', async () => {
  const busy = Array.from({ length: availableParallelism() }, () => new Worker('for (;;);', { eval: true }));
  onTestFinished(async () => {
    await Promise.all(busy.map((worker) => worker.terminate()));
  });
  expect(await judged(pairs, 2, pairs.length)).toEqual(expected);
}, 120_000);

test.each([
  ['one thread, the other way round', 1, 40, true],
  ['three threads, seven at a time', 3, 7, false],
])(
  '%s',
  async (_name, workers, atOnce, turned) => {
    const verdicts = await judged(turned ? pairs.toReversed() : pairs, workers, atOnce);
    expect(turned ? verdicts.toReversed() : verdicts).toEqual(expected);
  },
  120_000,
);
