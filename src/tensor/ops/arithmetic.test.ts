import { describe, expect, it } from 'vitest';
import { RaRftError } from '../../core/errors.js';
import { Graph, type Tensor } from '../graph.js';
import { gradientError, numbers, probe, valuesOf } from '../testing.js';
import { abs, add, cast, clip, div, exp, log, maximum, minimum, mul, neg, sqrt, square, sub } from './arithmetic.js';

const list = (g: Graph, values: number[]): Tensor => g.constant(values);

describe('values', () => {
  it('computes the four operations with broadcasting and numbers as scalars', async () => {
    const matrix = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
    const x = (g: Graph): Tensor => g.input('x', 'float32', ['N', 2]);
    expect(await valuesOf((g) => add(x(g), list(g, [10, 20])), { x: matrix })).toEqual([11, 22, 13, 24]);
    expect(await valuesOf((g) => sub(1, x(g)), { x: matrix })).toEqual([0, -1, -2, -3]);
    expect(await valuesOf((g) => square(x(g)), { x: matrix })).toEqual([1, 4, 9, 16]);
    expect(await valuesOf((g) => div(x(g), 2), { x: matrix })).toEqual([0.5, 1, 1.5, 2]);
  });

  it('divides integers towards zero and keeps their type', async () => {
    expect(await valuesOf((g) => div(g.constant([7, -7], [2], 'int64'), 2))).toEqual([3, -3]);
  });

  it('computes the unary ones', async () => {
    expect(await valuesOf((g) => abs(list(g, [-2, 3])))).toEqual([2, 3]);
    expect(await valuesOf((g) => clip(list(g, [-2, 0.5, 3]), -1, 1))).toEqual([-1, 0.5, 1]);
    expect(await valuesOf((g) => maximum(list(g, [1, 5]), list(g, [4, 2])))).toEqual([4, 5]);
    expect(await valuesOf((g) => minimum(list(g, [1, 5]), 3))).toEqual([1, 3]);
    expect(await valuesOf((g) => cast(list(g, [1.9, -1.9]), 'int64'))).toEqual([1, -1]);
    expect(await valuesOf((g) => sqrt(square(neg(list(g, [3])))))).toEqual([3]);
    expect((await valuesOf((g) => log(exp(list(g, [0.7])))))[0]).toBeCloseTo(0.7, 6);
  });
});

describe('gradients', () => {
  const two = { a: probe([2, 3], 'a', ['N']), b: probe([2, 3], 'b', ['N']) };
  const row = { a: probe([2, 3], 'a', ['N']), b: probe([1, 3], 'b') };
  const far = (p: ReturnType<typeof probe>) => ({ ...p, data: p.data.map((v) => v + Math.sign(v) * 0.5) });
  const positive = (p: ReturnType<typeof probe>) => ({ ...p, data: p.data.map((v) => Math.abs(v) + 0.5) });

  it.each(Object.entries({ add, sub, mul, maximum, minimum }))('%s, same shape and broadcast', async (_name, op) => {
    expect(await gradientError(two, (_g, { a, b }) => op(a as Tensor, b as Tensor))).toBeLessThan(2e-3);
    expect(await gradientError(row, (_g, { a, b }) => op(a as Tensor, b as Tensor))).toBeLessThan(2e-3);
    expect(await gradientError(row, (_g, { a, b }) => op(b as Tensor, a as Tensor))).toBeLessThan(2e-3);
  });

  it('div', async () => {
    const probes = { a: row.a, b: far(row.b) };
    expect(await gradientError(probes, (_g, { a, b }) => div(a as Tensor, b as Tensor))).toBeLessThan(2e-3);
    expect(await gradientError({ b: far(two.b) }, (_g, { b }) => div(2, b as Tensor))).toBeLessThan(2e-3);
  });

  it.each(Object.entries({ exp, neg, square }))('%s', async (_name, op) => {
    expect(await gradientError({ a: two.a }, (_g, { a }) => op(a as Tensor))).toBeLessThan(2e-3);
  });

  it.each(Object.entries({ log, sqrt }))('%s of positive numbers', async (_name, op) => {
    expect(await gradientError({ a: positive(two.a) }, (_g, { a }) => op(a as Tensor))).toBeLessThan(2e-3);
  });

  it('abs and clip away from their corners', async () => {
    expect(await gradientError({ a: far(two.a) }, (_g, { a }) => abs(a as Tensor))).toBeLessThan(2e-3);
    expect(await gradientError({ a: two.a }, (_g, { a }) => clip(a as Tensor, -0.6, 0.7))).toBeLessThan(2e-3);
  });

  it('adds the two paths of a tensor used twice', async () => {
    expect(await gradientError({ a: two.a }, (_g, { a }) => mul(add(a as Tensor, 1), exp(a as Tensor)))).toBeLessThan(
      2e-3,
    );
  });
});

describe('errors', () => {
  const caught = (run: () => unknown): RaRftError => {
    try {
      run();
    } catch (error) {
      if (error instanceof RaRftError) return error;
    }
    throw new Error('no RaRftError');
  };

  it('names the operator, the shapes and the line of the model', () => {
    const g = new Graph('g');
    const a = g.input('a', 'float32', ['N', 3]);
    const b = g.input('b', 'float32', ['M', 3]);
    const error = caught(() => add(a, b));
    expect(error.code).toBe('graph');
    expect(error.message).toContain('Add');
    expect(error.message).toContain('[N, 3]');
    expect(error.message).toContain('[M, 3]');
    expect(error.where).toMatch(/arithmetic\.test\.ts:\d+$/);
  });

  it('refuses operands of different types or graphs', () => {
    const g = new Graph('g');
    const a = g.constant(numbers(2));
    expect(caught(() => add(a, g.constant([1n, 2n] as never, [2], 'int64'))).message).toContain('differ in type');
    expect(caught(() => add(a, new Graph('h').constant(numbers(2)))).message).toContain("'h'");
  });
});
