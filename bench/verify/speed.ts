/**
 * Time of a verdict and verdicts a second, on gold answers with the solutions they belong to; beside Math-Verify on the same
 * pairs in the same run where `--python` names a Python that has it. Both warm up on pairs of another file.
 */
import { openMathVerifier, type AnswerPair, type Verdict } from '../../src/verify/index.js';
import type { BenchmarkOptions, Measure } from '../measure.js';
import { runMathVerify } from './math-verify.js';
import { solutionPairs } from './pairs.js';

/** What is measured, with what warms up for it. */
const sets = [
  { name: 'gsm8k', file: 'gsm8k-test', warmUp: 'gsm8k-train' },
  { name: 'math500', file: 'math500', warmUp: 'math-train' },
] as const;

export async function speed({ smoke, python }: BenchmarkOptions): Promise<Measure[]> {
  const measures: Measure[] = [];
  const limit = smoke ? 20 : Infinity;
  for (const { name, file, warmUp } of sets) {
    const pairs = await solutionPairs(file, limit);
    const warmPairs = await solutionPairs(warmUp, smoke ? 20 : 1000);
    if (!pairs || !warmPairs) continue;
    const verdicts = await judged(pairs, warmPairs);
    const ours = percentiles(verdicts.map((v) => v.timeMs ?? 0));
    measures.push(
      ...timesOf(`verify_${name}`, ours),
      { measure: `verify_${name}_pairs_per_s_2_workers`, value: await throughput(pairs, warmPairs), unit: 'pairs/s' },
      { measure: `verify_${name}_match_share`, value: share(verdicts, (v) => v.outcome === 'match'), unit: 'share' },
    );
    if (python === undefined) continue;
    const peer = await runMathVerify(python, pairs, warmPairs);
    const theirs = percentiles(peer.ms);
    measures.push(
      ...timesOf(`math_verify_${name}`, theirs),
      { measure: `math_verify_${name}_import_s`, value: peer.importSeconds, unit: 's' },
      { measure: `math_verify_${name}_match_share`, value: share(peer.equal, Boolean), unit: 'share' },
      { measure: `verify_${name}_times_faster_median`, value: theirs.median / ours.median, unit: 'ratio' },
      { measure: `verify_${name}_times_faster_p99`, value: theirs.p99 / ours.p99, unit: 'ratio' },
      {
        measure: `verify_${name}_same_verdict_share`,
        value: share(verdicts, (v, i) => (v.outcome === 'match') === peer.equal[i]),
        unit: 'share',
      },
    );
  }
  if (python === undefined) console.error('left out: Math-Verify; --python names a Python that has it');
  return measures;
}

/** Verdicts of one thread alone, so that their times are undisturbed by another's. */
async function judged(pairs: readonly AnswerPair[], warmUp: readonly AnswerPair[]): Promise<Verdict[]> {
  const verifier = openMathVerifier({ workers: 1 });
  await verifier.verifyPairs(warmUp);
  const verdicts = await verifier.verifyPairs(pairs);
  await verifier.dispose();
  return verdicts;
}

/** Pairs a second through two threads, from call to last verdict, over at least a few thousand pairs. */
async function throughput(pairs: readonly AnswerPair[], warmUp: readonly AnswerPair[]): Promise<number> {
  const verifier = openMathVerifier({ workers: 2 });
  await verifier.verifyPairs(warmUp);
  const many = Array.from({ length: Math.ceil(5000 / pairs.length) }, () => pairs).flat();
  const begun = performance.now();
  await verifier.verifyPairs(many);
  const seconds = (performance.now() - begun) / 1000;
  await verifier.dispose();
  return many.length / seconds;
}

interface Percentiles {
  median: number;
  p99: number;
  max: number;
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return { median: at(0.5), p99: at(0.99), max: at(1) };
}

function timesOf(name: string, { median, p99, max }: Percentiles): Measure[] {
  return [
    { measure: `${name}_median_ms`, value: median, unit: 'ms' },
    { measure: `${name}_p99_ms`, value: p99, unit: 'ms' },
    { measure: `${name}_max_ms`, value: max, unit: 'ms' },
  ];
}

function share<T>(values: readonly T[], test: (value: T, i: number) => boolean): number {
  return values.filter(test).length / values.length;
}
