/** Confidence intervals by resampling problems: a problem's samples stay together, since they are not independent. */
import { assertFinite } from '../core/finite.js';
import type { Rng } from '../core/rng.js';

export type Interval = [low: number, high: number];

export interface Estimate {
  mean: number;
  /** 95 % percentile interval. */
  ci95: Interval;
  /** Problems behind it. */
  n: number;
}

/**
 * Mean over problems with its clustered bootstrap interval. `values` holds one number a problem (its average over
 * samples). With one problem the interval is that value: there is nothing to resample. Throws RangeError for none,
 * `not-finite` for a value that is no number.
 */
export function bootstrapMean(values: readonly number[], resamples: number, rng: Rng): Estimate {
  const n = values.length;
  if (n === 0) throw new RangeError('no values to average');
  assertFinite(values, { what: "a problem's average", hint: 'Its samples have a reward that is no number.' });
  const mean = sum(values) / n;
  const means = new Float64Array(resamples);
  for (let b = 0; b < resamples; b++) {
    let total = 0;
    for (let i = 0; i < n; i++) total += values[rng.int(n)] as number;
    means[b] = total / n;
  }
  means.sort();
  return { mean, ci95: [quantile(means, 0.025), quantile(means, 0.975)], n };
}

/** An estimate at one k. */
export interface CurvePoint extends Estimate {
  k: number;
}

/** Mean of a - b over the problems both have, with the interval of that mean; undefined where they share no problem. */
export function pairedDifference(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
  resamples: number,
  rng: Rng,
): Estimate | undefined {
  const differences = differencesOf(a, b);
  return differences.size === 0 ? undefined : bootstrapMean([...differences.values()], resamples, rng);
}

/** a - b of the problems that both have: paired, so that the difficulty of the problems falls out. */
export function differencesOf(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map(
    [...a].flatMap(([problem, value]) => {
      const other = b.get(problem);
      return other === undefined ? [] : [[problem, value - other] as const];
    }),
  );
}

/** Quantile of ascending values by linear interpolation between the two nearest ranks. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
