/** float16 and bfloat16: decoding to float32 and rounding back (to nearest, ties to even). */

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

/** From here on numbers round to infinity: half a step below the power of two that the format cannot write. */
export const OVERFLOWS_FROM = { float16: 65_520, bfloat16: 1.99609375 * 2 ** 127 } as const;

let halfTable: Float32Array | undefined;

/** Value of one float16 given by its 16 bits. */
export function halfToFloat(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const mantissa = h & 1023;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** Decodes float16 bits into `out` (equal lengths). */
export function decodeFloat16(input: Uint16Array, out: Float32Array): void {
  halfTable ??= Float32Array.from({ length: 65536 }, (_, h) => halfToFloat(h));
  for (let i = 0; i < input.length; i++) out[i] = halfTable[input[i]!]!;
}

/** Decodes bfloat16 bits into `out` (equal lengths): they are the upper half of a float32. */
export function decodeBfloat16(input: Uint16Array, out: Float32Array): void {
  const words = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < input.length; i++) words[i] = input[i]! << 16;
}

/** Rounds float32 to bfloat16 bits. NaN stays NaN. */
export function encodeBfloat16(input: Float32Array, out: Uint16Array): void {
  const words = new Uint32Array(input.buffer, input.byteOffset, input.length);
  for (let i = 0; i < words.length; i++) {
    const w = words[i]!;
    const isNan = (w & 0x7fffffff) > 0x7f800000;
    out[i] = isNan ? (w >>> 16) | 0x40 : (w + 0x7fff + ((w >>> 16) & 1)) >>> 16;
  }
}

/** Rounds float32 to float16 bits; beyond 65,504 becomes infinity. */
export function encodeFloat16(input: Float32Array, out: Uint16Array): void {
  for (let i = 0; i < input.length; i++) out[i] = floatToHalf(input[i]!);
}

function floatToHalf(x: number): number {
  floats[0] = x;
  const w = bits[0]!;
  const sign = (w >>> 16) & 0x8000;
  const magnitude = w & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // see OVERFLOWS_FROM
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(x) * 2 ** 24); // subnormal, in steps of 2^-24
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
