/** Learning rates by step. Steps count from 1. */

export interface Schedule {
  peak: number;
  /** Steps of linear warm-up: step s of w uses peak x s / w. */
  warmupSteps: number;
  /** With this, linear decay to zero: the first step after it would use 0. */
  decayOverSteps?: number;
}

export function learningRateAt(step: number, { peak, warmupSteps, decayOverSteps }: Schedule): number {
  const warm = warmupSteps > 0 ? Math.min(1, step / warmupSteps) : 1;
  const left = decayOverSteps === undefined ? 1 : Math.max(0, (decayOverSteps + 1 - step) / decayOverSteps);
  return peak * Math.min(warm, left);
}
