import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../graph.js';
import { gradientError, probe, valuesOf } from '../testing.js';
import { l2Normalize, layerNorm, rmsNorm } from './norm.js';

describe('values', () => {
  const close = (values: number[], wanted: number[]): void =>
    expect(values).toEqual(wanted.map((w) => expect.closeTo(w, 5) as number));

  it('by hand', async () => {
    // mean square of (3, 4) is 12.5; variance of (1, 3) is 1; length of (3, 4) is 5
    close(await valuesOf((g) => rmsNorm(g.constant([3, 4], [1, 2]), g.constant([1, 2]), 0)), [
      3 / Math.sqrt(12.5),
      8 / Math.sqrt(12.5),
    ]);
    close(await valuesOf((g) => rmsNorm(g.constant([3, 4], [1, 2]), g.constant([1, 2]), 3.5)), [0.75, 2]);
    close(
      await valuesOf((g) => layerNorm(g.constant([1, 3], [1, 2]), g.constant([2, 2]), g.constant([0, 1]), 0)),
      [-2, 3],
    );
    close(await valuesOf((g) => l2Normalize(g.constant([3, 4, 0, 0], [2, 2]))), [0.6, 0.8, 0, 0]);
  });
});

describe('gradients', () => {
  const x = probe([2, 3, 4], 'x', ['N', 'T']);
  const w = probe([4], 'w');
  const b = probe([4], 'b');

  it('rmsNorm, with a large epsilon too', async () => {
    expect(await gradientError({ x, w }, (_g, t) => rmsNorm(t['x'] as Tensor, t['w'] as Tensor, 1e-6))).toBeLessThan(
      2e-3,
    );
    expect(await gradientError({ x, w }, (_g, t) => rmsNorm(t['x'] as Tensor, t['w'] as Tensor, 0.5))).toBeLessThan(
      2e-3,
    );
  });

  it('layerNorm', async () => {
    expect(
      await gradientError({ x, w, b }, (_g, t) =>
        layerNorm(t['x'] as Tensor, t['w'] as Tensor, t['b'] as Tensor, 1e-5),
      ),
    ).toBeLessThan(2e-3);
  });

  it('l2Normalize', async () => {
    expect(await gradientError({ x }, (_g, t) => l2Normalize(t['x'] as Tensor))).toBeLessThan(2e-3);
    expect(await gradientError({ x }, (_g, t) => l2Normalize(t['x'] as Tensor, 0.5))).toBeLessThan(2e-3);
  });
});

it('refuses a scale of another width', () => {
  const g = new Graph('g');
  expect(() => rmsNorm(g.input('x', 'float32', ['N', 4]), g.param('w', [8]), 1e-6)).toThrowError(/rmsNorm.*\[4\]/);
});
