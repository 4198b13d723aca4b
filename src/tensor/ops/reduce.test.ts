import { describe, expect, it } from 'vitest';
import type { Tensor } from '../graph.js';
import { Graph } from '../graph.js';
import { gradientError, probe, valuesOf } from '../testing.js';
import { cumsum, max, mean, min, sum } from './reduce.js';
import { logSoftmax, logSumExp, softmax } from './softmax.js';

const x = { data: Float32Array.of(1, 2, 3, 4, 5, 9), shape: [2, 3] };
const input = (g: Graph): Tensor => g.input('x', 'float32', ['N', 3]);

describe('values', () => {
  it('reduces over all axes or some', async () => {
    expect(await valuesOf((g) => sum(input(g)), { x })).toEqual([24]);
    expect(await valuesOf((g) => sum(input(g), 0), { x })).toEqual([5, 7, 12]);
    expect(await valuesOf((g) => mean(input(g), -1), { x })).toEqual([2, 6]);
    expect(await valuesOf((g) => max(input(g), 1), { x })).toEqual([3, 9]);
    expect(await valuesOf((g) => min(input(g), [0, 1]), { x })).toEqual([1]);
  });

  it('sums along an axis, forwards and backwards, with and without the element itself', async () => {
    expect(await valuesOf((g) => cumsum(input(g), 1), { x })).toEqual([1, 3, 6, 4, 9, 18]);
    expect(await valuesOf((g) => cumsum(input(g), 1, { exclusive: true }), { x })).toEqual([0, 1, 3, 0, 4, 9]);
    expect(await valuesOf((g) => cumsum(input(g), 1, { reverse: true }), { x })).toEqual([6, 5, 3, 18, 14, 9]);
  });

  it('softmax and its relatives by hand', async () => {
    const [a, b] = await valuesOf((g) => softmax(g.constant([0, Math.log(3)]), 0));
    expect(a).toBeCloseTo(0.25, 6);
    expect(b).toBeCloseTo(0.75, 6);
    expect((await valuesOf((g) => logSoftmax(g.constant([0, Math.log(3)]), 0)))[0]).toBeCloseTo(Math.log(0.25), 6);
    expect((await valuesOf((g) => logSumExp(g.constant([1000, 1000]), 0)))[0]).toBeCloseTo(1000 + Math.LN2, 3);
  });
});

describe('gradients', () => {
  const a = probe([2, 3, 4], 'a', ['N', 'T']);
  const of = (op: (t: Tensor) => Tensor): Promise<number> => gradientError({ a }, (_g, t) => op(t['a'] as Tensor));

  it.each(Object.entries({ sum, mean, max, min }))('%s over one axis, two, all, kept or dropped', async (_name, op) => {
    expect(await of((t) => op(t, 1))).toBeLessThan(2e-3);
    expect(await of((t) => op(t, [0, 2], true))).toBeLessThan(2e-3);
    expect(await of((t) => op(t))).toBeLessThan(2e-3);
  });

  it('cumsum in its four forms', async () => {
    for (const exclusive of [false, true]) {
      for (const reverse of [false, true])
        expect(await of((t) => cumsum(t, 1, { exclusive, reverse }))).toBeLessThan(2e-3);
    }
  });

  it.each([0, 1, -1])('softmax, logSoftmax and logSumExp along axis %i', async (axis) => {
    expect(await of((t) => softmax(t, axis))).toBeLessThan(2e-3);
    expect(await of((t) => logSoftmax(t, axis))).toBeLessThan(2e-3);
    expect(await of((t) => logSumExp(t, axis))).toBeLessThan(2e-3);
    expect(await of((t) => logSumExp(t, axis, true))).toBeLessThan(2e-3);
  });
});

describe('errors', () => {
  it('refuses an axis outside the rank, or twice the same', () => {
    const t = input(new Graph('g'));
    expect(() => sum(t, 2)).toThrowError(/axis 2 is outside rank 2/);
    expect(() => mean(t, [1, -1])).toThrowError(/repeat/);
    expect(() => softmax(t, -3)).toThrowError(/outside/);
  });
});
