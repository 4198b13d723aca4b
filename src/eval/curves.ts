/** pass@k and maj@k of an arm on a split for every k, with intervals over problems. */
import type { Rng } from '../core/rng.js';
import type { CurvePoint } from './bootstrap.js';
import type { ProblemDraws } from './draws.js';
import { majCurve, passCurve } from './estimators.js';
import type { EvalRecord } from './records.js';

/** Estimates at k = 1, 2 and so on, up to the samples of a problem. */
export interface SplitCurves {
  passAt: CurvePoint[];
  /** Empty where the verifier names no answers: nothing can be voted for. */
  majAt: CurvePoint[];
}

/** The curves of one split; those of a problem end at its samples with a reward. `rng` orders votes above 256 samples. */
export function curvesOf(
  records: readonly EvalRecord[],
  split: string,
  { draws, rng }: { draws: ProblemDraws; rng: Rng },
): SplitCurves {
  const own = records.filter((record) => record.split === split);
  const voting = own.some(({ samples }) => samples.some(({ verdict }) => verdict.extracted !== undefined));
  return {
    passAt: draws.curve(new Map(own.map(({ problemId, samples }) => [problemId, passCurve(samples)]))),
    majAt: voting
      ? draws.curve(
          new Map(own.map(({ problemId, samples }) => [problemId, majCurve(samples, rng.fork(`votes/${problemId}`))])),
        )
      : [],
  };
}
