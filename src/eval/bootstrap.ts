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

/**
 * As {@link bootstrapMean}, for curves: one a problem, its values at k = 1, 2 and so on. A point is over the problems whose curve
 * reaches it. All points are resampled together, so that their intervals belong to the same resamples.
 */
export function bootstrapCurve(curves_PK: readonly ArrayLike<number>[], resamples: number, rng: Rng): CurvePoint[] {
  const length = Math.max(0, ...curves_PK.map((curve_K) => curve_K.length));
  const means_KB = Array.from({ length }, () => [] as number[]);
  for (let b = 0; b < resamples; b++) {
    const times_P = new Int32Array(curves_PK.length);
    for (let i = 0; i < curves_PK.length; i++) times_P[rng.int(curves_PK.length)]!++;
    for (const [at, means_B] of means_KB.entries()) {
      const mean = weightedMean(curves_PK, times_P, at);
      if (mean !== undefined) means_B.push(mean); // no problem of this resample reaches k
    }
  }
  const once_P = new Int32Array(curves_PK.length).fill(1);
  return means_KB.map((means_B, at) => {
    const mean = weightedMean(curves_PK, once_P, at) as number;
    const sorted = Float64Array.from(means_B).toSorted();
    const n = curves_PK.filter((curve_K) => curve_K.length > at).length;
    return { k: at + 1, mean, ci95: [quantile(sorted, 0.025), quantile(sorted, 0.975)], n };
  });
}

function weightedMean(curves_PK: readonly ArrayLike<number>[], times_P: Int32Array, at: number): number | undefined {
  let [sum, count] = [0, 0];
  for (let p = 0; p < curves_PK.length; p++) {
    const value = curves_PK[p]![at];
    if (value === undefined) continue;
    sum += times_P[p]! * value;
    count += times_P[p]!;
  }
  return count === 0 ? undefined : sum / count;
}

/**
 * Mean of a - b over the problems both have, with the interval of that mean: paired, so that the difficulty of the
 * problems falls out. Undefined where they share no problem.
 */
export function pairedDifference(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
  resamples: number,
  rng: Rng,
): Estimate | undefined {
  const differences: number[] = [];
  for (const [problem, value] of a) {
    const other = b.get(problem);
    if (other !== undefined) differences.push(value - other);
  }
  return differences.length === 0 ? undefined : bootstrapMean(differences, resamples, rng);
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
