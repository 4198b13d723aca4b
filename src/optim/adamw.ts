/** AdamW (Loshchilov and Hutter, 2019) over flat parameters, with clipping of the global gradient norm. */
import { RaRftError } from '../core/errors.js';
import { DIVERGED_HINT, notFinite } from '../core/finite.js';
import { makeTrainables, type Place, type Trainable } from './trainables.js';

export interface OptimStepOptions {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Clip the global gradient norm to this; 0 does not clip. */
  maxGradNorm: number;
}

/** First and second moments by parameter name, and how many steps made them. */
export interface AdamWState {
  step: number;
  first: Map<string, Float32Array>;
  second: Map<string, Float32Array>;
}

/** From this norm on, squares of a tensor's numbers may leave float32, in which everything is computed. */
const MAX_NORM = Math.sqrt(3.4e38);

const UNTOUCHED = 'The weights were left as they were.';

/** Elements that pass through the kernel's memory at a time where a parameter does not live there. */
const SCRATCH = 16_384;

export class AdamW {
  private readonly params: readonly (Trainable & { moments: Omit<Place, 'kernel'> })[];
  private steps = 0;
  private scratch: Required<Trainable> | undefined;
  private lost: RaRftError | undefined;

  /** Parameters made by `makeTrainables` are updated where they are; others go through a small buffer. */
  constructor(params: readonly Trainable[]) {
    this.params = params.map((p) => ({
      ...p,
      moments: p.place ?? { first: new Float32Array(p.value.length), second: new Float32Array(p.value.length) },
    }));
  }

  /**
   * Why the parameters cannot be used: the last update made one of them NaN, infinite or too large to compute with. Undefined
   * where they can; so again after `setState` or `reset`, which come with other parameters.
   */
  get failure(): RaRftError | undefined {
    return this.lost;
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
    this.lost = undefined;
  }

  /** Forgets all moments. */
  reset(): void {
    for (const { moments } of this.params) {
      moments.first.fill(0);
      moments.second.fill(0);
    }
    this.steps = 0;
    this.lost = undefined;
  }

  /**
   * One update, then gradients are cleared. Returns the gradients' global L2 norm before clipping. Throws `not-finite` naming
   * the first tensor: where a gradient (or the learning rate) is not finite or too large to square, parameters and moments stay as they were; where
   * the update itself leaves a parameter so, `failure` says from then on that they cannot be used.
   */
  step(options: OptimStepOptions): number {
    const squares = this.params.map((p) => this.sumOfSquares(p.grad, p.place));
    const norm = Math.sqrt(squares.reduce((a, b) => a + b, 0));
    const { learningRate, beta1, beta2, epsilon, weightDecay, maxGradNorm } = options;
    const scale = maxGradNorm > 0 && norm > maxGradNorm ? maxGradNorm / norm : 1;
    if (!(norm * scale < MAX_NORM)) {
      const culprit = squares.findIndex((x) => !(Math.sqrt(x) * scale < MAX_NORM));
      for (const { grad } of this.params) grad.fill(0);
      throw tooLarge(`the gradient's norm is ${norm}`, this.params[culprit], UNTOUCHED);
    }
    const rate = learningRate / (1 - beta1 ** (this.steps + 1));
    // Infinite in the kernel's float32 too: it would spoil even what lies between the parameters.
    if (!Number.isFinite(Math.fround(rate))) {
      for (const { grad } of this.params) grad.fill(0);
      throw notFinite(rate, { what: 'the learning rate', hint: `${DIVERGED_HINT} ${UNTOUCHED}` });
    }
    this.steps++;
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
    for (const [i, { value, place }] of this.params.entries()) {
      const size = Math.sqrt(this.sumOfSquares(value, place));
      if (size < MAX_NORM) continue;
      const message = `the norm of the weights is ${size} after an update with learning rate ${learningRate}`;
      this.lost = tooLarge(message, this.params[i], 'These weights are not saved.');
      throw this.lost;
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

  /** In double precision, in which squares of float32 numbers never overflow: finite where all of them are. */
  private sumOfSquares(values: Float32Array, place: Place | undefined): number {
    if (place) return place.kernel.sumOfSquares(bytesOf(values), values.byteOffset);
    const scratch = this.scratchPlace();
    let sum = 0;
    for (let start = 0; start < values.length; start += SCRATCH) {
      const piece = values.subarray(start, start + SCRATCH);
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

function tooLarge(message: string, param: Trainable | undefined, more: string): RaRftError {
  return new RaRftError({
    code: 'not-finite',
    message,
    ...(param && { where: `tensor ${param.name}` }),
    expected: `below ${MAX_NORM.toPrecision(2)}, so that squares are finite`,
    hint: `${DIVERGED_HINT} ${more}`,
  });
}

/** Up to the next whole vector: what lies between is zero, or scratch. */
function bytesOf({ length }: Float32Array): number {
  return 16 * Math.ceil(length / 4);
}

export type { Trainable } from './trainables.js';
