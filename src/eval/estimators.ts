/** What the samples of a problem say about a policy: average@k, pass@k, maj@k. Pure. */
import { Rng } from '../core/rng.js';
import { ballotOf } from './ballot.js';
import { majorityCurve } from './majority.js';
import type { JudgedSample } from './records.js';

/** Mean reward over the samples that have one; undefined where none has. */
export function averageAtK(samples: readonly JudgedSample[]): number | undefined {
  const rewards = samples.flatMap((s) => s.reward ?? []);
  return rewards.length === 0 ? undefined : rewards.reduce((a, b) => a + b, 0) / rewards.length;
}

/**
 * pass@k for k = 1 to n, the samples with a reward: the chance that at least one of k of them, drawn without replacement, is
 * right. With c right ones it is 1 - C(n-c, k) / C(n, k) (Chen et al., 2021, Eq. 1), which estimates the chance of k fresh
 * samples without bias. Computed as a product of k factors in [0, 1], so that no binomial coefficient overflows.
 */
export function passCurve(samples: readonly JudgedSample[]): Float64Array {
  const judged = samples.filter((s) => s.reward !== null);
  const n = judged.length;
  const wrong = n - judged.filter((s) => s.verdict.outcome === 'match').length;
  const curve_K = new Float64Array(n);
  let none = 1;
  for (let i = 0; i < n; i++) {
    none *= Math.max(0, wrong - i) / (n - i);
    curve_K[i] = 1 - none;
  }
  return curve_K;
}

/** One point of {@link passCurve}; undefined where there are fewer than k samples with a reward. */
export function passAtK(samples: readonly JudgedSample[], k: number): number | undefined {
  return passCurve(samples)[k - 1];
}

/**
 * maj@k for k = 1 to n, the samples with a reward: how often the commonest answer of k of them, drawn without replacement, is
 * right. Where several are equally common it counts the share of right ones among them; samples without an answer do not
 * vote; 0 where nobody votes. Which answers are one answer: {@link ballotOf}. `rng` is drawn from above 256 samples only.
 */
export function majCurve(samples: readonly JudgedSample[], rng: Rng = Rng.fromSeed('maj')): Float64Array {
  return majorityCurve(ballotOf(samples.filter((s) => s.reward !== null)), rng);
}

/** One point of {@link majCurve}; undefined where there are fewer than k samples with a reward. */
export function majAtK(samples: readonly JudgedSample[], k: number): number | undefined {
  return majCurve(samples)[k - 1];
}
