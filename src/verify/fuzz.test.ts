import { expect, onTestFinished, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { extractAnswers, goldProblem } from './math/index.js';
import { openMathVerifier } from './math-verifier.js';
import { hostilePairs, type HostilePair } from './testing/hostile-pairs.js';

const count = 400;
const timeoutMs = 1000;
/** What a thread that is ended at its limit may take longer: looking for it is not continuous. */
const slackMs = 250;

function take(n: number, seed: string): HostilePair[] {
  const pairs: HostilePair[] = [];
  for (const pair of hostilePairs(Rng.fromSeed(seed))) if (pairs.push(pair) === n) break;
  return pairs;
}

test('the stream of hostile pairs is the same for the same seed, and holds every kind', () => {
  const pairs = take(count, 'fuzz');
  expect(take(20, 'fuzz')).toEqual(pairs.slice(0, 20));
  expect(new Set(pairs.map((p) => p.made.replace(/\(.*/, ''))).size).toBeGreaterThan(30);
  expect(Math.max(...pairs.map((p) => p.response.length))).toBeGreaterThan(500_000);
});

test(`no crash and nothing over the limit on ${count} hostile pairs`, async () => {
  const pairs = take(count, 'fuzz');
  const verifier = openMathVerifier({ timeoutMs });
  onTestFinished(() => verifier.dispose());
  const verdicts = await verifier.verifyPairs(pairs);
  const of = (outcome: string) =>
    pairs.flatMap(({ made, gold }, i) =>
      verdicts[i]?.outcome === outcome ? [`${made}: ${gold.slice(0, 60)}: ${verdicts[i].reason ?? ''}`] : [],
    );
  expect(of('error')).toEqual([]);
  // A time-out is an answer, but a rare one: guards refuse what would take long.
  expect(of('timeout').length).toBeLessThan(count / 20);
  for (const { timeMs } of verdicts) expect(timeMs).toBeLessThan(timeoutMs + slackMs);
}, 120_000);

test('gold answers and extraction, which run in the calling thread, are quick on all of them', () => {
  for (const { gold, response, made } of take(count, 'fuzz')) {
    const begun = performance.now();
    goldProblem(gold);
    extractAnswers(response);
    expect(performance.now() - begun, made).toBeLessThan(500);
  }
});
