/**
 * GGML's number formats decoded to float32. Quantized formats store blocks of 32 or 256 numbers, each block with its
 * scale (and minimum) as float16; the layouts are those of ggml's block structs.
 */
import { RaRftError } from '../core/errors.js';
import { decodeBfloat16, decodeFloat16, halfToFloat } from './half.js';

/** A number format of GGUF files. */
export interface GgmlFormat {
  name: string;
  /** Numbers a block. */
  blockSize: number;
  /** Bytes a block. */
  blockBytes: number;
  /** Decodes one block at `at` into `out` from `to`. */
  block(bytes: Uint8Array, at: number, out: Float32Array, to: number): void;
}

/** Formats by GGML's type id. */
export const GGML_FORMATS: ReadonlyMap<number, GgmlFormat> = new Map<number, GgmlFormat>([
  [0, { name: 'F32', blockSize: 1, blockBytes: 4, block: plain32 }],
  [1, { name: 'F16', blockSize: 1, blockBytes: 2, block: plain16(decodeFloat16) }],
  [2, { name: 'Q4_0', blockSize: 32, blockBytes: 18, block: q4_0 }],
  [3, { name: 'Q4_1', blockSize: 32, blockBytes: 20, block: q4_1 }],
  [6, { name: 'Q5_0', blockSize: 32, blockBytes: 22, block: q5_0 }],
  [7, { name: 'Q5_1', blockSize: 32, blockBytes: 24, block: q5_1 }],
  [8, { name: 'Q8_0', blockSize: 32, blockBytes: 34, block: q8_0 }],
  [12, { name: 'Q4_K', blockSize: 256, blockBytes: 144, block: q4K }],
  [13, { name: 'Q5_K', blockSize: 256, blockBytes: 176, block: q5K }],
  [14, { name: 'Q6_K', blockSize: 256, blockBytes: 210, block: q6K }],
  [30, { name: 'BF16', blockSize: 1, blockBytes: 2, block: plain16(decodeBfloat16) }],
]);

/** The format of a type id. Throws `model` at one that cannot be decoded. */
export function ggmlFormat(type: number, where: string): GgmlFormat {
  const format = GGML_FORMATS.get(type);
  if (format) return format;
  throw new RaRftError({
    code: 'model',
    message: `GGML type ${type} cannot be decoded`,
    where,
    expected: [...GGML_FORMATS.values()].map((f) => f.name).join(', '),
    hint: 'Take a file of the model in one of these formats (Q8_0 is the closest to the original).',
  });
}

/** Decodes whole blocks of `bytes` into `out`; their sizes must agree. */
export function dequantize(format: GgmlFormat, bytes: Uint8Array, out: Float32Array): void {
  const blocks = bytes.length / format.blockBytes;
  if (!Number.isInteger(blocks) || blocks * format.blockSize !== out.length) {
    throw new RangeError(`${bytes.length} bytes of ${format.name} are not ${out.length} numbers`);
  }
  for (let b = 0; b < blocks; b++) format.block(bytes, b * format.blockBytes, out, b * format.blockSize);
}

function half(bytes: Uint8Array, at: number): number {
  return halfToFloat(bytes[at]! | (bytes[at + 1]! << 8));
}

function int8(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) >> 24;
}

const word = new Uint8Array(4);
const wordFloat = new Float32Array(word.buffer);
const wordHalf = new Uint16Array(word.buffer, 0, 1);

function plain32(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  for (let i = 0; i < 4; i++) word[i] = bytes[at + i]!;
  out[to] = wordFloat[0]!;
}

function plain16(decode: (input: Uint16Array, out: Float32Array) => void): GgmlFormat['block'] {
  return (bytes, at, out, to) => {
    word[0] = bytes[at]!;
    word[1] = bytes[at + 1]!;
    decode(wordHalf, out.subarray(to, to + 1));
  };
}

/** scale (q - 8): low nibbles are the first 16 numbers, high nibbles the last 16. */
function q4_0(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const scale = half(bytes, at);
  for (let i = 0; i < 16; i++) {
    const q = bytes[at + 2 + i]!;
    out[to + i] = scale * ((q & 15) - 8);
    out[to + 16 + i] = scale * ((q >> 4) - 8);
  }
}

/** scale q + minimum. */
function q4_1(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const scale = half(bytes, at);
  const min = half(bytes, at + 2);
  for (let i = 0; i < 16; i++) {
    const q = bytes[at + 4 + i]!;
    out[to + i] = scale * (q & 15) + min;
    out[to + 16 + i] = scale * (q >> 4) + min;
  }
}

/** As Q4_0 with a fifth bit: bit i of a 32-bit word belongs to number i. */
function q5_0(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const scale = half(bytes, at);
  for (let i = 0; i < 32; i++) out[to + i] = scale * (fiveBits(bytes, at + 2, at + 6, i) - 16);
}

function q5_1(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const scale = half(bytes, at);
  const min = half(bytes, at + 2);
  for (let i = 0; i < 32; i++) out[to + i] = scale * fiveBits(bytes, at + 4, at + 8, i) + min;
}

function fiveBits(bytes: Uint8Array, highAt: number, lowAt: number, i: number): number {
  const high = (bytes[highAt + (i >> 3)]! >> (i & 7)) & 1;
  const byte = bytes[lowAt + (i & 15)]!;
  return (i < 16 ? byte & 15 : byte >> 4) | (high << 4);
}

function q8_0(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const scale = half(bytes, at);
  for (let i = 0; i < 32; i++) out[to + i] = scale * int8(bytes, at + 2 + i);
}

/** Six-bit scale and minimum of sub-block j of eight, packed into 12 bytes (Q4_K and Q5_K). */
function scaleAndMin(bytes: Uint8Array, at: number, j: number): [number, number] {
  const b = (i: number) => bytes[at + i]!;
  if (j < 4) return [b(j) & 63, b(j + 4) & 63];
  return [(b(j + 4) & 15) | ((b(j - 4) >> 6) << 4), (b(j + 4) >> 4) | ((b(j) >> 6) << 4)];
}

/** Eight sub-blocks of 32: scale_j q - min_j, both in units of the block's own scale and minimum. */
function q4K(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  subBlocks(bytes, at, out, to, at + 16, () => 0);
}

/** As Q4_K with a fifth bit: bit j of byte i belongs to number i of sub-block j. */
function q5K(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  subBlocks(bytes, at, out, to, at + 48, (j, i) => ((bytes[at + 16 + i]! >> j) & 1) << 4);
}

function subBlocks(
  bytes: Uint8Array,
  at: number,
  out: Float32Array,
  to: number,
  lowAt: number,
  highBit: (j: number, i: number) => number,
): void {
  const scale = half(bytes, at);
  const min = half(bytes, at + 2);
  for (let j = 0; j < 8; j++) {
    const [s, m] = scaleAndMin(bytes, at + 4, j);
    const a = Math.fround(scale * s);
    const b = Math.fround(min * m);
    for (let i = 0; i < 32; i++) {
      const byte = bytes[lowAt + (j >> 1) * 32 + i]!; // two sub-blocks share 32 bytes
      const q = (j & 1 ? byte >> 4 : byte & 15) | highBit(j, i);
      out[to + 32 * j + i] = a * q - b;
    }
  }
}

/** Sixteen sub-blocks of 16 with int8 scales; four low bits and two high bits apart; scale (q - 32). */
function q6K(bytes: Uint8Array, at: number, out: Float32Array, to: number): void {
  const scale = half(bytes, at + 208);
  for (let n = 0; n < 256; n++) {
    const part = n >> 7; // halves of 128, each in four runs of 32
    const run = (n >> 5) & 3;
    const i = n & 31;
    const low = bytes[at + 64 * part + 32 * (run & 1) + i]!;
    const high = (bytes[at + 128 + 32 * part + i]! >> (2 * run)) & 3;
    const q = (run < 2 ? low & 15 : low >> 4) | (high << 4);
    out[to + n] = Math.fround(scale * int8(bytes, at + 192 + (n >> 4))) * (q - 32);
  }
}
