/** Parameters under training, laid out so that the optimizer's kernel reaches value, gradient and both moments. */
import { RaRftError } from '../core/errors.js';
import { wasmKernel, type WasmKernel } from './wasm-kernel.js';

/** One parameter with its accumulated gradient; both are changed in place. */
export interface Trainable {
  readonly name: string;
  readonly value: Float32Array;
  readonly grad: Float32Array;
  /** Weight decay applies (matrices). */
  readonly decay: boolean;
  /** Set by `makeTrainables`: the optimizer then works without copying. */
  readonly place?: Place;
}

/** AdamW's moments beside value and gradient in one memory, and the loops over that memory. */
export interface Place {
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly kernel: WasmKernel;
}

/** What a trainable is made for. */
export interface TrainableSpec {
  name: string;
  length: number;
  decay: boolean;
}

const PAGE = 65_536;
/** WebAssembly addresses are 32 bits wide. */
const MAX_BYTES = 65_535 * PAGE;

/** Trainables of zeros, in as few memories as hold them. Memory is taken from the system when it is first written to. */
export function makeTrainables(specs: readonly TrainableSpec[]): Trainable[] {
  const out: Trainable[] = [];
  for (let start = 0; start < specs.length;) {
    let end = start;
    let bytes = 0;
    while (end < specs.length && (end === start || bytes + 4 * paddedBytes(specs[end]!) <= MAX_BYTES)) {
      bytes += 4 * paddedBytes(specs[end++]!);
    }
    out.push(...fillMemory(specs.slice(start, end), bytes));
    start = end;
  }
  return out;
}

/** Bytes of one array, up to the next whole vector. */
function paddedBytes({ length }: TrainableSpec): number {
  return 16 * Math.ceil(length / 4);
}

function fillMemory(specs: readonly TrainableSpec[], bytes: number): Trainable[] {
  if (bytes > MAX_BYTES) {
    throw new RaRftError({
      code: 'engine',
      message: `parameter ${specs[0]!.name} has ${specs[0]!.length} elements`,
      where: specs[0]!.name,
      expected: `at most ${MAX_BYTES / 16} elements in one parameter under training`,
      hint: 'Train a model of this size on a remote engine.',
    });
  }
  const pages = Math.ceil(bytes / PAGE);
  const { buffer, kernel } = wasmKernel(pages);
  let at = 0;
  const take = (spec: TrainableSpec): Float32Array => {
    const array = new Float32Array(buffer, at, spec.length);
    at += paddedBytes(spec);
    return array;
  };
  return specs.map((spec) => ({
    name: spec.name,
    decay: spec.decay,
    value: take(spec),
    grad: take(spec),
    place: { first: take(spec), second: take(spec), kernel },
  }));
}
