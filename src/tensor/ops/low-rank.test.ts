import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../graph.js';
import { gradients } from '../gradients.js';
import { evaluate, gradientError, numbers, probe } from '../testing.js';
import { add, mul } from './arithmetic.js';
import { concat } from './layout.js';
import { linearLowRank, type LowRank } from './low-rank.js';
import { linear, matmul } from './matmul.js';
import { sum } from './reduce.js';

/** Rows 1 to 4 of a weight [6, 3] are changed through rank 2, and row 5 through rank 1. */
const changesOf = (t: Record<string, Tensor>): LowRank[] => [
  { a: t['a']!, b: t['b']!, scale: 0.5, start: 1 },
  { a: t['a2']!, b: t['b2']!, scale: 2, start: 5 },
];

/** The same weight as one tensor that everything flows through. */
function merged(g: Graph, base: Tensor, t: Record<string, Tensor>): Tensor {
  const zeros = (rows: number) => g.constant(new Float32Array(rows * 3), [rows, 3]);
  const first = matmul(t['b']!, t['a']!, { alpha: 0.5 });
  const second = matmul(t['b2']!, t['a2']!, { alpha: 2 });
  return add(base, concat([zeros(1), first, zeros(1), second], 0));
}

const shapes = { a: [2, 3], b: [3, 2], a2: [1, 3], b2: [1, 1], x: [4, 3], bias: [6], residual: [4, 6] };
const feeds = Object.fromEntries(
  Object.entries(shapes).map(([name, shape]) => [
    name,
    {
      data: numbers(
        shape.reduce((p, q) => p * q),
        name,
      ),
      shape,
    },
  ]),
);
const base = { data: numbers(18, 'base'), shape: [6, 3] };

describe('linearLowRank', () => {
  it('has the gradients of the merged weight, through the factors alone', async () => {
    const { weight } = await evaluate(
      (g) => {
        const t = Object.fromEntries(['a', 'b', 'a2', 'b2'].map((n) => [n, g.input(n, 'float32', feeds[n]!.shape)]));
        return { weight: merged(g, g.input('base', 'float32', [6, 3]), t) };
      },
      { ...feeds, base },
    );
    const gradientsBy = (product: (g: Graph, t: Record<string, Tensor>) => Tensor) =>
      evaluate(
        (g) => {
          const t = Object.fromEntries(Object.entries(shapes).map(([n, shape]) => [n, g.input(n, 'float32', shape)]));
          const y = product(g, t);
          const loss = sum(mul(y, g.constant(numbers(24, 'seed'), [4, 6])));
          const names = Object.keys(shapes);
          const found = gradients(
            loss,
            names.map((n) => t[n]!),
          );
          return { y, ...Object.fromEntries(names.map((n, i) => [`d ${n}`, found[i]!])) };
        },
        { ...feeds, base, weight: weight! },
      );
    const options = (t: Record<string, Tensor>) => ({ bias: t['bias']!, residual: t['residual']! });
    const ours = await gradientsBy((g, t) =>
      linearLowRank(t['x']!, g.input('weight', 'float32', [6, 3]), changesOf(t), options(t)),
    );
    const theirs = await gradientsBy((g, t) =>
      linear(t['x']!, merged(g, g.input('base', 'float32', [6, 3]), t), options(t)),
    );
    expect(Object.keys(ours)).toEqual(['y', ...Object.keys(shapes).map((n) => `d ${n}`)]);
    for (const [name, { data }] of Object.entries(ours)) {
      for (const [i, value] of Array.from(data as Float32Array).entries()) {
        expect(Math.abs(value - Number(theirs[name]!.data[i])), name).toBeLessThan(1e-5);
      }
    }
  });

  it('is the plain product, with its gradients, where nothing is changed', async () => {
    const probes = { x: probe([4, 3], 'x', ['N']), w: probe([2, 3], 'w') };
    expect(await gradientError(probes, (_g, t) => linearLowRank(t['x']!, t['w']!, []))).toBeLessThan(2e-3);
  });

  it('refuses factors that do not fit the weight', () => {
    const g = new Graph('refused');
    const input = (name: string, shape: number[]) => g.input(name, 'float32', shape);
    const [x, weight] = [input('x', [4, 3]), input('w', [6, 3])];
    const refuse = (change: LowRank, message: string) =>
      expect(() => linearLowRank(x, weight, [change])).toThrow(message);
    const [a, b] = [input('a', [2, 3]), input('b', [3, 2])];
    refuse({ a: input('wide', [2, 4]), b, scale: 1, start: 0 }, 'another width');
    refuse({ a, b: input('high', [3, 1]), scale: 1, start: 0 }, 'ranks differ');
    refuse({ a, b, scale: 1, start: 4 }, 'rows 4 to 7');
  });
});
