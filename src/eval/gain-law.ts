/**
 * Does what a context gains before any training foretell what training gains? (arXiv 2605.30070: for self-distillation the gap between
 * student and teacher at step 0 predicts the final improvement, linearly.)
 */
import { RaRftError } from '../core/errors.js';

/** Averages of one arm, or of one arm and seed. */
export interface ArmGain {
  name: string;
  /** The start policy without any context. */
  startPlain: number;
  /** The start policy with the context that the arm trains with. */
  startWithContext: number;
  /** The arm's policy at its last step, tested as the arm is. */
  end: number;
  /** The start policy tested as the arm is. */
  start: number;
}

export interface GainLawPoint {
  name: string;
  /** What the context gains at step 0. */
  initialGain: number;
  /** What training gains. */
  finalGain: number;
}

export interface GainLaw {
  points: GainLawPoint[];
  /** Least squares: finalGain = intercept + slope initialGain; undefined where fewer than two initial gains differ. */
  fit: { slope: number; intercept: number } | undefined;
  /** Pearson's; undefined where either side does not vary. */
  correlation: number | undefined;
}

/** Initial against final gains, the least-squares line through them and their correlation. Throws `data` where a value is no number. */
export function gainLaw(arms: readonly ArmGain[]): GainLaw {
  const points = arms.map(({ name, startPlain, startWithContext, end, start }) => {
    const point = { name, initialGain: startWithContext - startPlain, finalGain: end - start };
    if (Number.isFinite(point.initialGain) && Number.isFinite(point.finalGain)) return point;
    throw new RaRftError({
      code: 'data',
      message: `an average of arm ${name} is no number`,
      expected: 'averages of evaluations at step 0 and at the end',
    });
  });
  const x = mean(points.map(({ initialGain }) => initialGain));
  const y = mean(points.map(({ finalGain }) => finalGain));
  let [xx, xy, yy] = [0, 0, 0];
  for (const { initialGain, finalGain } of points) {
    xx += (initialGain - x) ** 2;
    xy += (initialGain - x) * (finalGain - y);
    yy += (finalGain - y) ** 2;
  }
  // Differences of averages carry rounding of about 1e-16.
  const none = 1e-20;
  const slope = xy / xx;
  return {
    points,
    fit: xx > none ? { slope, intercept: y - slope * x } : undefined,
    correlation: xx > none && yy > none ? xy / Math.sqrt(xx * yy) : undefined,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
