import { expect, onTestFinished, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { extractAnswers, goldProblem } from './math/index.js';
import { openMathVerifier } from './math-verifier.js';
import { hostilePairs, type HostilePair } from './testing/hostile-pairs.js';

const count = 400;

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

test(`no crash and nothing that runs into the clock on ${count} hostile pairs`, async () => {
  const pairs = take(count, 'fuzz');
  const verifier = openMathVerifier();
  onTestFinished(() => verifier.dispose());
  const verdicts = await verifier.verifyPairs(pairs);
  const of = (outcome: string) =>
    pairs.flatMap(({ made, gold }, i) =>
      verdicts[i]?.outcome === outcome ? [`${made}: ${gold.slice(0, 60)}: ${verdicts[i].reason ?? ''}`] : [],
    );
  expect(of('error')).toEqual([]);
  expect(of('timeout')).toEqual([]);
  expect(of('too_costly').length).toBeLessThan(count / 100);
}, 120_000);

test('gold answers and extraction, which run in the calling thread, are quick on all of them', () => {
  for (const { gold, response, made } of take(count, 'fuzz')) {
    const before = process.cpuUsage();
    goldProblem(gold);
    extractAnswers(response);
    // Processor time: a busy machine fails nothing.
    expect(process.cpuUsage(before).user / 1000, made).toBeLessThan(500);
  }
});
