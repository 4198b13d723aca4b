import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../graph.js';
import { gradientError, probe, valuesOf } from '../testing.js';
import { conv1dSame } from './conv.js';

describe('conv1dSame', () => {
  it('sees the neighbours, zeros beyond the ends', async () => {
    // one channel, taps (1, 10, 100): y_t = x_{t-1} + 10 x_t + 100 x_{t+1}
    const x = { data: Float32Array.of(1, 2, 3), shape: [1, 3, 1] };
    const got = await valuesOf(
      (g) =>
        conv1dSame(g.input('x', 'float32', ['N', 'T', 1]), g.constant([1, 10, 100], [1, 3]), 3, {
          bias: g.constant([0.5]),
        }),
      { x },
    );
    expect(got).toEqual([210.5, 321.5, 32.5]);
  });

  it.each([1, 3, 5])('has its gradient, width %i', async (width) => {
    const probes = { x: probe([2, 4, 3], 'x', ['N', 'T']), w: probe([2, width * 3], 'w'), b: probe([2], 'b') };
    expect(
      await gradientError(probes, (_g, { x, w, b }) =>
        conv1dSame(x as Tensor, w as Tensor, width, { bias: b as Tensor }),
      ),
    ).toBeLessThan(2e-3);
  });

  it('refuses even widths and weights that do not fit', () => {
    const g = new Graph('g');
    const x = g.input('x', 'float32', ['N', 'T', 3]);
    expect(() => conv1dSame(x, g.param('w', [2, 6]), 2)).toThrowError(/odd/);
    expect(() => conv1dSame(x, g.param('v', [2, 6]), 3)).toThrowError(/conv1dSame/);
  });
});
