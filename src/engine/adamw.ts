/** AdamW (Loshchilov and Hutter, 2019) over flat parameters, with clipping of the global gradient norm. */
import { RaRftError } from '../core/errors.js';
import type { OptimStepOptions } from './types.js';

/** One parameter with its accumulated gradient; both are changed in place. */
export interface Trainable {
  name: string;
  value: Float32Array;
  grad: Float32Array;
  /** Weight decay applies (matrices). */
  decay: boolean;
}

/** First and second moments by parameter name, and how many steps made them. */
export interface AdamWState {
  step: number;
  first: Map<string, Float32Array>;
  second: Map<string, Float32Array>;
}

export class AdamW {
  private readonly params: readonly Trainable[];
  private state: AdamWState;

  constructor(params: readonly Trainable[]) {
    this.params = params;
    this.state = fresh(params);
  }

  /** The state as it stands (not a copy). */
  getState(): AdamWState {
    return this.state;
  }

  /** Takes over a saved state. Throws `model` where it does not fit the parameters. */
  setState(state: AdamWState): void {
    for (const { name, value } of this.params) {
      for (const moments of [state.first, state.second]) {
        const length = moments.get(name)?.length;
        if (length === value.length) continue;
        throw new RaRftError({
          code: 'model',
          message: `the optimizer state of ${name} has ${length ?? 'no'} elements`,
          where: name,
          expected: `${value.length} elements`,
          hint: 'The checkpoint belongs to another model.',
        });
      }
    }
    this.state = state;
  }

  /** Forgets all moments. */
  reset(): void {
    this.state = fresh(this.params);
  }

  /**
   * One update, then gradients are cleared. Returns the gradients' global L2 norm before clipping.
   * Throws `engine` where it is not finite: parameters and moments stay as they were, gradients are cleared.
   */
  step(options: OptimStepOptions): number {
    const norm = Math.sqrt(this.params.reduce((sum, { grad }) => sum + sumOfSquares(grad), 0));
    if (!Number.isFinite(norm)) {
      const culprit = this.params.find(({ grad }) => !Number.isFinite(sumOfSquares(grad)));
      for (const { grad } of this.params) grad.fill(0);
      throw new RaRftError({
        code: 'engine',
        message: `the gradient's norm is ${norm}`,
        where: culprit?.name,
        expected: 'a finite gradient',
        hint: 'Lower the learning rate, or look for a damaged weight; the parameters were left as they were.',
      });
    }
    const { maxGradNorm } = options;
    const scale = maxGradNorm > 0 && norm > maxGradNorm ? maxGradNorm / norm : 1;
    this.state.step++;
    for (const param of this.params) {
      const first = this.state.first.get(param.name)!;
      const second = this.state.second.get(param.name)!;
      updateParameter(param, first, second, scale, this.state.step, options);
    }
    return norm;
  }
}

function fresh(params: readonly Trainable[]): AdamWState {
  const zeros = () => new Map(params.map(({ name, value }) => [name, new Float32Array(value.length)]));
  return { step: 0, first: zeros(), second: zeros() };
}

function sumOfSquares(x: Float32Array): number {
  let a = 0;
  let b = 0;
  const even = x.length & ~1;
  for (let i = 0; i < even; i += 2) {
    a += x[i]! * x[i]!;
    b += x[i + 1]! * x[i + 1]!;
  }
  return even < x.length ? a + b + x[even]! * x[even]! : a + b;
}

/** Decoupled decay, moments with bias correction folded into two constants, gradient cleared on the way. */
function updateParameter(
  { value, grad, decay }: Trainable,
  first: Float32Array,
  second: Float32Array,
  scale: number,
  step: number,
  { learningRate, beta1, beta2, epsilon, weightDecay }: OptimStepOptions,
): void {
  const keep = decay ? 1 - learningRate * weightDecay : 1;
  const rate = learningRate / (1 - beta1 ** step);
  const unbias = 1 / Math.sqrt(1 - beta2 ** step);
  const gain1 = (1 - beta1) * scale;
  const gain2 = (1 - beta2) * scale * scale;
  for (let i = 0; i < value.length; i++) {
    const g = grad[i]!;
    const m = beta1 * first[i]! + gain1 * g;
    const v = beta2 * second[i]! + gain2 * g * g;
    first[i] = m;
    second[i] = v;
    value[i] = keep * value[i]! - (rate * m) / (Math.sqrt(v) * unbias + epsilon);
    grad[i] = 0;
  }
}
