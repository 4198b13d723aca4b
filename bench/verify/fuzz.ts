/** Fuzzing: 20,000 mutated and hostile pairs from a fixed seed. Nothing may crash or run into the clock, and memory must not grow. */
import { Rng } from '../../src/core/rng.js';
import { hostilePairs, type HostilePair } from '../../src/verify/testing/hostile-pairs.js';
import { openMathVerifier, type Outcome, type Verdict } from '../../src/verify/index.js';
import type { BenchmarkOptions, Measure } from '../measure.js';

/** What is shown as slow. */
const slowMs = 250;
const shownCases = 10;
const chunkPairs = 500;

/** Judges them and prints what timed out, failed or was slow. */
export async function fuzz({ smoke }: BenchmarkOptions): Promise<Measure[]> {
  const count = smoke ? 500 : 20_000;
  const verifier = openMathVerifier();
  const stream = hostilePairs(Rng.fromSeed('fuzz'));
  const bad: { pair: HostilePair; verdict: Verdict }[] = [];
  const times: number[] = [];
  const counts = new Map<Outcome, number>();
  const gigabytes: number[] = [];
  for (let done = 0; done < count; done += chunkPairs) {
    const pairs = Array.from({ length: chunkPairs }, () => stream.next().value);
    for (const [i, verdict] of (await verifier.verifyPairs(pairs)).entries()) {
      times.push(verdict.timeMs ?? 0);
      const slow = (verdict.timeMs ?? 0) > slowMs;
      counts.set(verdict.outcome, (counts.get(verdict.outcome) ?? 0) + 1);
      if (slow || verdict.outcome === 'error') bad.push({ pair: pairs[i]!, verdict });
    }
    gigabytes.push(process.memoryUsage().rss / 1e9);
  }
  await verifier.dispose();
  for (const { pair, verdict } of bad.toSorted((a, b) => timeOf(b.verdict) - timeOf(a.verdict)).slice(0, shownCases)) {
    const { outcome, reason = '' } = verdict;
    console.error(
      `${timeOf(verdict).toFixed(0).padStart(6)} ms  ${outcome}  ${pair.made}  ${shortened(pair.gold)}  ${shortened(pair.response)}  ${reason}`,
    );
  }
  const of = (outcome: Outcome) => counts.get(outcome) ?? 0;
  const half = gigabytes.slice(gigabytes.length >> 1);
  return [
    { measure: 'fuzz_pairs', value: count, unit: 'pairs' },
    { measure: 'fuzz_errors', value: of('error'), unit: 'pairs' },
    { measure: 'fuzz_timeouts', value: of('timeout'), unit: 'pairs' },
    { measure: 'fuzz_too_costly', value: of('too_costly'), unit: 'pairs' },
    { measure: 'fuzz_gold_unparseable', value: of('gold_unparseable'), unit: 'pairs' },
    { measure: 'fuzz_slowest_ms', value: Math.max(...times), unit: 'ms' },
    { measure: 'fuzz_memory_gb', value: Math.max(...half), unit: 'GB' },
    { measure: 'fuzz_memory_growth_gb', value: half.at(-1)! - half[0]!, unit: 'GB' },
  ];
}

function timeOf({ timeMs = 0 }: Verdict): number {
  return timeMs;
}

function shortened(text: string): string {
  return JSON.stringify(text.length > 50 ? `${text.slice(0, 50)}… (${text.length})` : text);
}
