import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../graph.js';
import { evaluate, gradientError, numbers, probe, valuesOf } from '../testing.js';
import { rotary } from './rotary.js';

const HALF = 4;
const angles = (fn: (x: number) => number): Float32Array =>
  Float32Array.from({ length: 16 * HALF }, (_, i) => fn(Math.floor(i / HALF) * 0.3 ** (i % HALF)));
const cos = (g: Graph): Tensor => g.constant(angles(Math.cos), [16, HALF]);
const sin = (g: Graph): Tensor => g.constant(angles(Math.sin), [16, HALF]);
const positions = { data: BigInt64Array.of(0n, 5n, 9n, 2n, 3n, 4n), shape: [2, 3] };
const at = (g: Graph): Tensor => g.input('at', 'int64', ['N', 'T']);

/** The definition: pair (i, i + half) turned by position * frequency i. */
function turned(x: Float32Array, heads: number): number[] {
  const out = Array.from(x);
  for (let n = 0; n < 2; n++) {
    for (let h = 0; h < heads; h++) {
      for (let t = 0; t < 3; t++) {
        for (let i = 0; i < HALF; i++) {
          const base = ((n * heads + h) * 3 + t) * 2 * HALF + i;
          const angle = Number(positions.data[n * 3 + t]) * 0.3 ** i;
          const [a, b] = [x[base] as number, x[base + HALF] as number];
          out[base] = a * Math.cos(angle) - b * Math.sin(angle);
          out[base + HALF] = b * Math.cos(angle) + a * Math.sin(angle);
        }
      }
    }
  }
  return out;
}

describe('rotary', () => {
  it.each([1, 3])('turns pairs of [B, %i heads, T, headDim]', async (heads) => {
    const data = numbers(2 * heads * 3 * 2 * HALF, 'x');
    const got = await valuesOf(
      (g) => rotary(g.input('x', 'float32', ['N', heads, 'T', 2 * HALF]), at(g), cos(g), sin(g)),
      {
        x: { data, shape: [2, heads, 3, 2 * HALF] },
        at: positions,
      },
    );
    for (const [i, wanted] of turned(data, heads).entries()) expect(got[i]).toBeCloseTo(wanted, 5);
  });

  it('does the same to [B, T, heads * headDim]', async () => {
    const data = numbers(2 * 3 * 2 * HALF, 'x');
    const flat = await valuesOf((g) => rotary(g.input('x', 'float32', ['N', 'T', 2 * HALF]), at(g), cos(g), sin(g)), {
      x: { data, shape: [2, 3, 2 * HALF] },
      at: positions,
    });
    for (const [i, wanted] of turned(data, 1).entries()) expect(flat[i]).toBeCloseTo(wanted, 5);
    const { y } = await evaluate(
      (g) => ({ y: rotary(g.input('x', 'float32', ['N', 'T', 4 * HALF]), at(g), cos(g), sin(g)) }),
      {
        x: { data: Float32Array.of(...data, ...data), shape: [2, 3, 4 * HALF] },
        at: positions,
      },
    );
    expect(y?.shape).toEqual([2, 3, 16]);
  });

  it('turns its gradient back', async () => {
    const x = probe([2, 3, 3, 2 * HALF], 'x', ['N', null, 'T']);
    expect(
      await gradientError({ x }, (g, t) => rotary(t['x'] as Tensor, at(g), cos(g), sin(g)), { at: positions }),
    ).toBeLessThan(2e-3);
    const y = probe([2, 3, 4 * HALF], 'y', ['N', 'T']);
    expect(
      await gradientError({ y }, (g, t) => rotary(t['y'] as Tensor, at(g), cos(g), sin(g)), { at: positions }),
    ).toBeLessThan(2e-3);
  });

  it('refuses heads of another width and positions of another shape', () => {
    const g = new Graph('g');
    expect(() => rotary(g.input('x', 'float32', ['N', 3, 'T', 6]), at(g), cos(g), sin(g))).toThrowError(/rotary/);
    expect(() =>
      rotary(g.input('y', 'float32', ['N', 3, 'S', 8]), g.input('p', 'int64', ['N', 'T']), cos(g), sin(g)),
    ).toThrowError(/positions/);
  });
});
