import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../graph.js';
import { gradientError, probe, valuesOf } from '../testing.js';
import { linear, matmul } from './matmul.js';

describe('values', () => {
  const a = (g: Graph): Tensor => g.constant([1, 2, 3, 4], [2, 2]);
  const b = (g: Graph): Tensor => g.constant([5, 6, 7, 8], [2, 2]);

  it('multiplies, transposes and scales', async () => {
    expect(await valuesOf((g) => matmul(a(g), b(g)))).toEqual([19, 22, 43, 50]);
    expect(await valuesOf((g) => matmul(a(g), b(g), { transA: true }))).toEqual([26, 30, 38, 44]);
    expect(await valuesOf((g) => matmul(a(g), b(g), { transB: true, alpha: 2 }))).toEqual([34, 46, 78, 106]);
  });

  it('linear multiplies by the transposed weight and adds bias and residual', async () => {
    const of = (options: (g: Graph) => object) => valuesOf((g) => linear(a(g), b(g), options(g)));
    expect(await of(() => ({}))).toEqual([17, 23, 39, 53]);
    expect(await of((g) => ({ bias: g.constant([1, 2]) }))).toEqual([18, 25, 40, 55]);
    expect(await of((g) => ({ residual: a(g) }))).toEqual([18, 25, 42, 57]);
    expect(await of((g) => ({ residual: a(g), bias: g.constant([1, 2]) }))).toEqual([19, 27, 43, 59]);
  });
});

describe('gradients', () => {
  const pair = (p: number[], q: number[]) => ({
    a: probe(p, 'a', p.length > 2 ? ['N'] : []),
    b: probe(q, 'b', q.length > 2 && q[0] !== 1 ? ['N'] : []),
  });

  it.each([false, true])('matrices, transA %s, either transB, alpha', async (transA) => {
    for (const transB of [false, true]) {
      const p = pair(transA ? [4, 3] : [3, 4], transB ? [2, 4] : [4, 2]);
      expect(
        await gradientError(p, (_g, t) => matmul(t['a'] as Tensor, t['b'] as Tensor, { transA, transB, alpha: 0.5 })),
      ).toBeLessThan(2e-3);
    }
  });

  it.each([false, true])('batches, transA %s, either transB, alpha', async (transA) => {
    for (const transB of [false, true]) {
      const p = pair(transA ? [2, 4, 3] : [2, 3, 4], transB ? [2, 2, 4] : [2, 4, 2]);
      expect(
        await gradientError(p, (_g, t) => matmul(t['a'] as Tensor, t['b'] as Tensor, { transA, transB, alpha: 0.5 })),
      ).toBeLessThan(2e-3);
    }
  });

  it('a batch against one matrix, and against a batch of one', async () => {
    expect(
      await gradientError(pair([2, 3, 4], [4, 2]), (_g, t) => matmul(t['a'] as Tensor, t['b'] as Tensor)),
    ).toBeLessThan(2e-3);
    expect(
      await gradientError(pair([2, 3, 4], [1, 4, 2]), (_g, t) => matmul(t['a'] as Tensor, t['b'] as Tensor)),
    ).toBeLessThan(2e-3);
    const swapped = { a: probe([1, 3, 4], 'a'), b: probe([2, 4, 2], 'b', ['N']) };
    expect(await gradientError(swapped, (_g, t) => matmul(t['a'] as Tensor, t['b'] as Tensor))).toBeLessThan(2e-3);
  });

  it('linear with bias and residual', async () => {
    const probes = {
      x: probe([2, 3, 4], 'x', ['N', 'T']),
      w: probe([5, 4], 'w'),
      bias: probe([5], 'bias'),
      r: probe([2, 3, 5], 'r', ['N', 'T']),
    };
    const error = await gradientError(probes, (_g, { x, w, bias, r }) =>
      linear(x as Tensor, w as Tensor, { bias: bias as Tensor, residual: r as Tensor }),
    );
    expect(error).toBeLessThan(2e-3);
  });
});

describe('errors', () => {
  it('names both shapes', () => {
    const g = new Graph('g');
    const x = g.input('x', 'float32', ['N', 3]);
    const w = g.param('w', [5, 4]);
    expect(() => linear(x, w)).toThrowError(
      /linear: the last axis of x is 3, the weight takes 4 \(operands: float32\[N, 3\], float32\[5, 4\]\)/,
    );
    expect(() => matmul(x, w)).toThrowError(/inner dimensions differ: 3 against 5/);
    expect(() => matmul(g.constant(1), w)).toThrowError(/rank 2/);
    expect(() => linear(g.input('y', 'float32', ['N', 4]), w, { bias: g.constant([1, 2]) })).toThrowError(/bias/);
  });
});
