/** pass@k and maj@k of an arm on a split for every k, with intervals over problems. */
import type { Rng } from '../core/rng.js';
import { bootstrapCurve, type CurvePoint } from './bootstrap.js';
import { majCurve, passCurve } from './estimators.js';
import type { EvalRecord } from './records.js';

/** Estimates at k = 1, 2 and so on, up to the samples of a problem. */
export interface SplitCurves {
  passAt: CurvePoint[];
  /** Empty where the verifier names no answers: nothing can be voted for. */
  majAt: CurvePoint[];
}

/** The curves of one split; those of a problem end at its samples with a reward. */
export function curvesOf(
  records: readonly EvalRecord[],
  split: string,
  { resamples, rng }: { resamples: number; rng: Rng },
): SplitCurves {
  const own = records.filter((record) => record.split === split);
  const voting = own.some(({ samples }) => samples.some(({ verdict }) => verdict.extracted !== undefined));
  return {
    passAt: bootstrapCurve(
      own.map(({ samples }) => passCurve(samples)),
      resamples,
      rng.fork('pass'),
    ),
    majAt: voting
      ? bootstrapCurve(
          own.map(({ problemId, samples }) => majCurve(samples, rng.fork(`votes/${problemId}`))),
          resamples,
          rng.fork('maj'),
        )
      : [],
  };
}
