/** The gradient's norm among what a server tells of a step. */
import { RaRftError } from '../../core/errors.js';
import { notFinite, DIVERGED_HINT } from '../../core/finite.js';
import type { OptimStepResult } from '../../tinker/index.js';

/** Throws `engine` where the server does not tell it, `not-finite` where it is no number. */
export function gradNormOf({ metrics }: OptimStepResult): number {
  const name = Object.keys(metrics).find((key) => /(^|[/:_])grad_norm(:|$)/.test(key));
  if (name === undefined) {
    throw new RaRftError({
      code: 'engine',
      message: 'the server tells no norm of the gradient',
      where: 'optim_step',
      expected: `grad_norm among its metrics (${Object.keys(metrics).join(', ') || 'there are none'})`,
      hint: 'SkyRL tells it. Without it a training that learns nothing, or diverges, looks like any other.',
    });
  }
  const norm = metrics[name]!;
  if (!Number.isFinite(norm)) throw notFinite(norm, { what: "the gradient's norm", where: name, hint: DIVERGED_HINT });
  return norm;
}
