import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../graph.js';
import { gradientError, probe, valuesOf } from '../testing.js';
import { gelu, relu, sigmoid, silu, swiglu, tanh } from './activation.js';

describe('values', () => {
  it.each([
    ['sigmoid', sigmoid, 0.880797],
    ['tanh', tanh, 0.964028],
    ['relu', relu, 2],
    ['silu', silu, 1.761594],
    ['gelu', gelu, 1.9545],
  ] as const)('%s of 2', async (_name, op, wanted) => {
    expect((await valuesOf((g) => op(g.constant([2]))))[0]).toBeCloseTo(wanted, 5);
  });

  it('silu stays finite far from zero', async () => {
    expect(await valuesOf((g) => silu(g.constant([-100, 100])))).toEqual([expect.closeTo(0, 5), 100]);
  });

  it('swiglu is silu(gate) up', async () => {
    expect((await valuesOf((g) => swiglu(g.constant([2]), g.constant([-3]))))[0]).toBeCloseTo(-5.284782, 5);
  });
});

describe('gradients', () => {
  const a = probe([3, 4], 'a', ['N'], 2);
  const b = probe([3, 4], 'b', ['N'], 2);

  it.each(Object.entries({ sigmoid, tanh, relu, silu, gelu }))('%s', async (_name, op) => {
    expect(await gradientError({ a }, (_g, t) => op(t['a'] as Tensor))).toBeLessThan(2e-3);
  });

  it('swiglu, both operands', async () => {
    expect(await gradientError({ a, b }, (_g, t) => swiglu(t['a'] as Tensor, t['b'] as Tensor))).toBeLessThan(2e-3);
  });
});

it('swiglu refuses operands of different shapes', () => {
  const g = new Graph('g');
  expect(() => swiglu(g.input('a', 'float32', ['N', 4]), g.input('b', 'float32', ['N', 8]))).toThrowError(
    /swiglu.*\[N, 4\].*\[N, 8\]/,
  );
});
