/** Arrays as little-endian bytes, as protobuf carries them. Slices of an answer are rarely aligned, so each is copied. */
import type { TensorData } from '../types.js';
import { malformed } from './malformed.js';
import { DTYPE } from './schema.js';

/** The bytes of an array, as they are. */
export function bytesOfArray(array: TensorData): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** 32-bit numbers widened to 64 bits. */
export function int64Bytes(values: Int32Array): Uint8Array {
  const halves = new Int32Array(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    halves[2 * i] = value;
    halves[2 * i + 1] = value < 0 ? -1 : 0;
  }
  return bytesOfArray(halves);
}

/** 64-bit numbers, of which all must fit 32 bits: token ids and byte offsets. */
export function fromInt64(bytes: Uint8Array, what: string): Int32Array {
  const halves = new Int32Array(aligned(bytes, 8, what));
  return Int32Array.from({ length: halves.length / 2 }, (_, i) => {
    const [low, high] = [halves[2 * i]!, halves[2 * i + 1]!];
    if (high !== (low < 0 ? -1 : 0)) throw malformed(what, 'a number does not fit 32 bits');
    return low;
  });
}

export function fromInt32(bytes: Uint8Array, what: string): Int32Array {
  return new Int32Array(aligned(bytes, 4, what));
}

export function fromFloat32(bytes: Uint8Array, what: string): Float32Array {
  return new Float32Array(aligned(bytes, 4, what));
}

/** An array of one of the protocol's types, widened to what this package computes with. */
export function fromTyped(bytes: Uint8Array, dtype: number, what: string): TensorData {
  switch (dtype) {
    case DTYPE.float32:
      return fromFloat32(bytes, what);
    case DTYPE.int64:
      return fromInt64(bytes, what);
    case DTYPE.int32:
      return fromInt32(bytes, what);
    case DTYPE.bfloat16: {
      // A bfloat16 is the upper half of a float32.
      const upper = Uint32Array.from(new Uint16Array(aligned(bytes, 2, what)), (half) => half << 16);
      return new Float32Array(upper.buffer);
    }
    default:
      throw malformed(what, `its numbers are of type ${dtype}`);
  }
}

function aligned(bytes: Uint8Array, width: number, what: string): ArrayBuffer {
  if (bytes.byteLength % width !== 0) throw malformed(what, `${bytes.byteLength} bytes are no numbers of ${width}`);
  return new Uint8Array(bytes).buffer; // a copy, which a Buffer's own slice() is not
}
