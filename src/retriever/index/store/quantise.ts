/**
 * Vectors as bytes: each number as one of 255 steps. Unit vectors have steps of their own, the largest number of a vector being 127:
 * their length says how large a step is, so nothing else is kept. Where a chunk has other vectors, a step is a part of its largest
 * number. An index says in its header how its numbers are kept.
 */
export type IndexDtype = 'int8' | 'float32';

/** Bytes of a number. */
export const BYTES_OF: Readonly<Record<IndexDtype, number>> = { int8: 1, float32: 4 };

const STEPS = 127;
/** How far the squared length of a unit vector may be from 1. */
const ROUNDING = 1e-3;
/** The scale of a chunk whose rows are unit vectors, each with steps of its own. */
export const UNIT_ROWS = 0;

/** What stands for numbers on disk, and what a stored number is to be multiplied by, or {@link UNIT_ROWS}. */
export interface StoredNumbers {
  bytes: Uint8Array;
  scale: number;
}

/** Rows of `dim` numbers in stored form. */
export function toStored(values: Float32Array, dim: number, dtype: IndexDtype): StoredNumbers {
  if (dtype === 'float32')
    return { bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength), scale: 1 };
  const steps = new Int8Array(values.length);
  if (hasUnitRows(values, dim)) {
    for (let at = 0; at < values.length; at += dim) setSteps(values, at, at + dim, steps);
    return { bytes: new Uint8Array(steps.buffer), scale: UNIT_ROWS };
  }
  return { scale: setSteps(values, 0, values.length, steps), bytes: new Uint8Array(steps.buffer) };
}

/** Bytes as the numbers that they hold, not yet multiplied by a scale; `bytes` begins a buffer. */
export function storedArray(bytes: Uint8Array, dtype: IndexDtype): Int8Array | Float32Array {
  const numbers = bytes.length / BYTES_OF[dtype];
  return dtype === 'int8' ? new Int8Array(bytes.buffer, 0, numbers) : new Float32Array(bytes.buffer, 0, numbers);
}

/** The numbers that `bytes` stand for, rows of `dim`, into `out`. */
export function fromStored({ bytes, scale }: StoredNumbers, dim: number, dtype: IndexDtype, out: Float32Array): void {
  if (dtype === 'float32') {
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes);
    return;
  }
  const steps = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (scale !== UNIT_ROWS) {
    for (let i = 0; i < steps.length; i++) out[i] = (steps[i] as number) * scale;
    return;
  }
  for (let at = 0; at < steps.length; at += dim) {
    const step = 1 / Math.sqrt(squareOf(steps, at, at + dim));
    for (let i = at; i < at + dim; i++) out[i] = (steps[i] as number) * step;
  }
}

function hasUnitRows(values: Float32Array, dim: number): boolean {
  for (let at = 0; at < values.length; at += dim)
    if (!(Math.abs(squareOf(values, at, at + dim) - 1) < ROUNDING)) return false;
  return true;
}

function squareOf(values: Float32Array | Int8Array, from: number, to: number): number {
  let square = 0;
  for (let i = from; i < to; i++) square += (values[i] as number) ** 2;
  return square;
}

/** Rounds numbers to steps of the largest of them; returns the size of a step. */
function setSteps(values: Float32Array, from: number, to: number, steps: Int8Array): number {
  let largest = 0;
  for (let i = from; i < to; i++) {
    const size = Math.abs(values[i] as number);
    if (size > largest) largest = size;
  }
  const step = Math.fround(largest / STEPS) || 1;
  for (let i = from; i < to; i++) steps[i] = Math.round((values[i] as number) / step);
  return step;
}
