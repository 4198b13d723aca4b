/** AdamW (Loshchilov and Hutter, 2019) over flat parameters, with clipping of the global gradient norm. */
import { RaRftError } from '../core/errors.js';
import { makeTrainables, type Place, type Trainable } from './trainables.js';
import type { OptimStepOptions } from './types.js';

/** First and second moments by parameter name, and how many steps made them. */
export interface AdamWState {
  step: number;
  first: Map<string, Float32Array>;
  second: Map<string, Float32Array>;
}

/** Elements that pass through the kernel's memory at a time where a parameter does not live there. */
const SCRATCH = 16_384;

export class AdamW {
  private readonly params: readonly (Trainable & { moments: Omit<Place, 'kernel'> })[];
  private steps = 0;
  private scratch: Required<Trainable> | undefined;

  /** Parameters made by `makeTrainables` are updated where they are; others go through a small buffer. */
  constructor(params: readonly Trainable[]) {
    this.params = params.map((p) => ({
      ...p,
      moments: p.place ?? { first: new Float32Array(p.value.length), second: new Float32Array(p.value.length) },
    }));
  }

  /** The state as it stands (views, not copies). */
  getState(): AdamWState {
    const moments = (of: 'first' | 'second') => new Map(this.params.map((p) => [p.name, p.moments[of]]));
    return { step: this.steps, first: moments('first'), second: moments('second') };
  }

  /** Copies a saved state. Throws `model` where it does not fit the parameters, which are then left as they were. */
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
    for (const { name, moments } of this.params) {
      moments.first.set(state.first.get(name)!);
      moments.second.set(state.second.get(name)!);
    }
    this.steps = state.step;
  }

  /** Forgets all moments. */
  reset(): void {
    for (const { moments } of this.params) {
      moments.first.fill(0);
      moments.second.fill(0);
    }
    this.steps = 0;
  }

  /**
   * One update, then gradients are cleared. Returns the gradients' global L2 norm before clipping.
   * Throws `engine` where it is not finite: parameters and moments stay as they were, gradients are cleared.
   */
  step(options: OptimStepOptions): number {
    const squares = this.params.map((p) => this.squaredNorm(p.grad, p.place));
    const norm = Math.sqrt(squares.reduce((a, b) => a + b, 0));
    if (!Number.isFinite(norm)) {
      const culprit = this.params[squares.findIndex((x) => !Number.isFinite(x))];
      for (const { grad } of this.params) grad.fill(0);
      throw new RaRftError({
        code: 'engine',
        message: `the gradient's norm is ${norm}`,
        where: culprit?.name,
        expected: 'a finite gradient',
        hint: 'Lower the learning rate, or look for a damaged weight; the parameters were left as they were.',
      });
    }
    const { learningRate, beta1, beta2, epsilon, weightDecay, maxGradNorm } = options;
    const scale = maxGradNorm > 0 && norm > maxGradNorm ? maxGradNorm / norm : 1;
    this.steps++;
    const rate = learningRate / (1 - beta1 ** this.steps);
    const unbias = 1 / Math.sqrt(1 - beta2 ** this.steps);
    for (const { value, grad, decay, place, moments } of this.params) {
      const keep = decay ? 1 - learningRate * weightDecay : 1;
      const update = (w: Float32Array, g: Float32Array, { kernel, first, second }: Place) =>
        kernel.update(
          bytesOf(w),
          w.byteOffset,
          g.byteOffset,
          first.byteOffset,
          second.byteOffset,
          keep,
          rate,
          unbias,
          epsilon,
          beta1,
          (1 - beta1) * scale,
          beta2,
          (1 - beta2) * scale * scale,
        );
      if (place) update(value, grad, place);
      else this.updateElsewhere([value, grad, moments.first, moments.second], update);
    }
    return norm;
  }

  /** Runs the update over copies, piece by piece. */
  private updateElsewhere(
    arrays: [Float32Array, Float32Array, Float32Array, Float32Array],
    update: (value: Float32Array, grad: Float32Array, place: Place) => void,
  ): void {
    const { value, grad, place } = this.scratchPlace();
    const copies = [value, grad, place.first, place.second];
    for (let start = 0; start < arrays[0].length; start += SCRATCH) {
      const pieces = arrays.map((a) => a.subarray(start, start + SCRATCH));
      for (const [i, piece] of pieces.entries()) copies[i]!.set(piece);
      update(value, grad, place);
      for (const [i, piece] of pieces.entries()) piece.set(copies[i]!.subarray(0, piece.length));
    }
  }

  private squaredNorm(grad: Float32Array, place: Place | undefined): number {
    if (place) return place.kernel.sumOfSquares(bytesOf(grad), grad.byteOffset);
    const scratch = this.scratchPlace();
    let sum = 0;
    for (let start = 0; start < grad.length; start += SCRATCH) {
      const piece = grad.subarray(start, start + SCRATCH);
      scratch.grad.fill(0).set(piece);
      sum += scratch.place.kernel.sumOfSquares(bytesOf(piece), scratch.grad.byteOffset);
    }
    return sum;
  }

  private scratchPlace(): Required<Trainable> {
    this.scratch ??= makeTrainables([{ name: 'scratch', length: SCRATCH, decay: false }])[0] as Required<Trainable>;
    return this.scratch;
  }
}

/** Up to the next whole vector: what lies between is zero, or scratch. */
function bytesOf({ length }: Float32Array): number {
  return 16 * Math.ceil(length / 4);
}

export type { Trainable } from './trainables.js';
