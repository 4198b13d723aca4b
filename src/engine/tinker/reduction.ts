/** What a server divides a loss by before it becomes a gradient. Servers differ and do not say it, so it is measured. */
import { RaRftError } from '../../core/errors.js';
import type { AdamParams, Datum, TrainingClient } from '../../tinker/index.js';
import { gradNormOf } from './grad-norm.js';

export interface Reduction {
  /** A sequence's loss is divided by the sum of its weights. */
  perSequence: boolean;
  /** A step's gradient is divided by the number of its datums. */
  perDatum: boolean;
}

/** The hosted service, FSDP and Megatron; and JAX. */
export const reductions = {
  sum: { perSequence: false, perDatum: false },
  mean: { perSequence: true, perDatum: true },
} as const satisfies Record<string, Reduction>;

const STILL: AdamParams = { learningRate: 0, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0, gradClipNorm: 0 };

/**
 * Three gradients of one sequence, told apart by their norms: once; twice in a step; with a weight for a token that teaches nothing.
 * Steps have learning rate 0, but leave moments: `model` is one that nobody else uses.
 */
export async function measureReduction(model: TrainingClient, vocabSize: number): Promise<Reduction> {
  const tokens = Int32Array.of(1, 2, 3).map((token) => token % vocabSize);
  const targetTokens = Int32Array.of(2, 3, 4).map((token) => token % vocabSize);
  const scored = await model.forward({ data: [{ tokens, lossFnInputs: { targetTokens } }], lossFn: 'cross_entropy' });
  const { logprobs } = scored.outputs[0]!;
  const lesson = (weights: Float32Array): Datum => ({
    tokens,
    lossFnInputs: { targetTokens, logprobs, advantages: Float32Array.of(0, 0, 1), weights },
  });
  const normOf = async (...data: Datum[]): Promise<number> => {
    const [, step] = await Promise.all([
      model.forwardBackward({ data, lossFn: 'importance_sampling' }),
      model.optimStep(STILL),
    ]);
    return gradNormOf(step);
  };
  const lone = lesson(Float32Array.of(0, 0, 1));
  const once = await normOf(lone);
  const twice = await normOf(lone, lone);
  const diluted = await normOf(lesson(Float32Array.of(0, 1, 1)));
  return { perDatum: isHalf(1, 2, twice / once), perSequence: isHalf(0.5, 1, diluted / once) };
}

/** Whether a ratio is the first of two. */
function isHalf(first: number, second: number, ratio: number): boolean {
  const near = (value: number) => Math.abs(ratio / value - 1) < 0.02;
  if (near(first) || near(second)) return near(first);
  throw new RaRftError({
    code: 'engine',
    message: `the server's reduction of a loss cannot be told: a gradient changed by a factor of ${ratio}`,
    where: 'engine.reduction',
    expected: `${first} or ${second}`,
    hint: 'Set engine.reduction to sum or mean, as the server documents it.',
  });
}
