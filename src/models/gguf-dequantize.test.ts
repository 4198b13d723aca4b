import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dequantize, GGML_FORMATS, ggmlFormat } from './gguf-dequantize.js';

interface Golden {
  type: number;
  name: string;
  bytes: string;
  values: number[];
}
/** Made by scripts/golden/dequantize.py from Python's gguf package. */
const golden = JSON.parse(
  readFileSync(new URL('./testing/golden/dequantize.json', import.meta.url), 'utf8'),
) as Golden[];

describe('dequantize', () => {
  it.each(golden.map((g) => [g.name, g] as const))(
    '%s agrees with the gguf package',
    (name, { type, bytes, values }) => {
      const format = ggmlFormat(type, 'test');
      expect(format.name).toBe(name);
      const out = new Float32Array(values.length);
      dequantize(format, Buffer.from(bytes, 'hex'), out);
      for (const [i, value] of values.entries()) {
        // Both compute in float32 but may round once more or less.
        expect(Math.abs(out[i]! - value), `number ${i}`).toBeLessThanOrEqual(2e-7 * Math.max(Math.abs(value), 1e-3));
      }
    },
  );

  it('covers every format that is offered', () => {
    expect(new Set(GGML_FORMATS.keys())).toEqual(new Set(golden.map((g) => g.type)));
  });

  it('decodes a Q4_0 block worked by hand', () => {
    // scale 0.5 (0x3800); byte 0 holds nibbles 0 and 15, the rest 8.
    const bytes = new Uint8Array(18).fill(0x88);
    bytes.set([0x00, 0x38, 0xf0]);
    const out = new Float32Array(32);
    dequantize(ggmlFormat(2, 'test'), bytes, out);
    expect([out[0], out[1], out[16], out[17]]).toEqual([-4, 0, 3.5, 0]);
  });

  it('refuses unknown types by name of what is allowed, and sizes that do not fit', () => {
    expect(() => ggmlFormat(10, 'x.gguf: blk.0')).toThrow(
      expect.objectContaining({ code: 'model', where: 'x.gguf: blk.0' }),
    );
    expect(() => dequantize(ggmlFormat(8, 'test'), new Uint8Array(33), new Float32Array(32))).toThrow(RangeError);
  });
});
