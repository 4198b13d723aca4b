import { describe, expect, it } from 'vitest';
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16, halfToFloat } from './half.js';

function throughHalf(x: number): number {
  const bits = new Uint16Array(1);
  encodeFloat16(Float32Array.of(x), bits);
  return halfToFloat(bits[0]!);
}

function bfloatBits(x: number): number {
  const bits = new Uint16Array(1);
  encodeBfloat16(Float32Array.of(x), bits);
  return bits[0]!;
}

describe('float16', () => {
  it('decodes known bits', () => {
    expect([0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000].map(halfToFloat)).toEqual([
      1,
      -2,
      65504,
      2 ** -14,
      2 ** -24,
      -0,
    ]);
    expect([0x7c00, 0xfc00].map(halfToFloat)).toEqual([Infinity, -Infinity]);
    expect(halfToFloat(0x7e00)).toBeNaN();
  });

  it('returns every one of its 65,536 values to the same bits', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, h) => h);
    const floats = new Float32Array(65536);
    decodeFloat16(all, floats);
    const back = new Uint16Array(65536);
    encodeFloat16(floats, back);
    const changed = [...all].filter((h) => back[h] !== h && !Number.isNaN(floats[h]!));
    expect(changed).toEqual([]);
  });

  it('rounds to nearest, ties to even, and to infinity beyond its range', () => {
    expect(throughHalf(1 + 2 ** -11)).toBe(1); // half way between 1 and 1 + 2^-10
    expect(throughHalf(1 + 3 * 2 ** -11)).toBe(1 + 2 ** -9);
    expect(throughHalf(2 ** -25)).toBe(0); // half of the smallest subnormal
    expect(throughHalf(3 * 2 ** -25)).toBe(2 ** -23);
    expect([65519, 65520, -1e9].map(throughHalf)).toEqual([65504, Infinity, -Infinity]);
    expect(throughHalf(NaN)).toBeNaN();
  });
});

describe('bfloat16', () => {
  it('is the upper half of a float32', () => {
    const out = new Float32Array(3);
    decodeBfloat16(Uint16Array.of(0x3f80, 0xc000, 0x7f80), out);
    expect([...out]).toEqual([1, -2, Infinity]);
  });

  it('rounds to nearest, ties to even', () => {
    expect(bfloatBits(1 + 2 ** -8)).toBe(0x3f80);
    expect(bfloatBits(1 + 3 * 2 ** -8)).toBe(0x3f82);
    expect(bfloatBits(1 + 2 ** -8 + 2 ** -20)).toBe(0x3f81);
    expect(bfloatBits(NaN) & 0x7fff).toBeGreaterThan(0x7f80);
  });
});
