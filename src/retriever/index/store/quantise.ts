/**
 * Vectors as bytes: each number as one of 255 steps of the largest of its chunk, so one scale a chunk. Products are taken of the
 * steps as float32 and scaled after their maximum. An index says in its header how its numbers are kept.
 */
export type IndexDtype = 'int8' | 'float32';

/** Bytes of a number. */
export const BYTES_OF: Readonly<Record<IndexDtype, number>> = { int8: 1, float32: 4 };

const STEPS = 127;

/** What stands for numbers on disk, and what a stored number is to be multiplied by. */
export interface StoredNumbers {
  bytes: Uint8Array;
  scale: number;
}

export function toStored(values: Float32Array, dtype: IndexDtype): StoredNumbers {
  if (dtype === 'float32')
    return { bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength), scale: 1 };
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number);
    if (size > largest) largest = size;
  }
  const scale = Math.fround(largest / STEPS) || 1;
  const steps = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) steps[i] = Math.round((values[i] as number) / scale);
  return { bytes: new Uint8Array(steps.buffer), scale };
}

/** Bytes as the numbers that they hold, not yet multiplied by a scale; `bytes` begins a buffer. */
export function storedArray(bytes: Uint8Array, dtype: IndexDtype): Int8Array | Float32Array {
  const numbers = bytes.length / BYTES_OF[dtype];
  return dtype === 'int8' ? new Int8Array(bytes.buffer, 0, numbers) : new Float32Array(bytes.buffer, 0, numbers);
}

/** The numbers that `bytes` stand for, into `out`. */
export function fromStored({ bytes, scale }: StoredNumbers, dtype: IndexDtype, out: Float32Array): void {
  if (dtype === 'float32') {
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes);
    return;
  }
  const steps = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < steps.length; i++) out[i] = (steps[i] as number) * scale;
}
