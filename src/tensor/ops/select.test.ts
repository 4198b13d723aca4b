import { describe, expect, it } from 'vitest';
import { gradients } from '../gradients.js';
import { Graph, type Tensor } from '../graph.js';
import { evaluate, gradientError, numbers, probe, valuesOf } from '../testing.js';
import type { TensorData } from '../program.js';
import { mul } from './arithmetic.js';
import { sum } from './reduce.js';
import { argmax, embedding, gather, takeAlongAxis, topk } from './select.js';

const ids = (g: Graph, values: number[], shape = [values.length]): Tensor => g.constant(values, shape, 'int64');

describe('values', () => {
  const table = (g: Graph): Tensor => g.constant([1, 2, 3, 4, 5, 6], [3, 2]);

  it('picks rows, columns and elements', async () => {
    expect(await valuesOf((g) => embedding(table(g), ids(g, [2, 0])))).toEqual([5, 6, 1, 2]);
    expect(await valuesOf((g) => gather(table(g), ids(g, [1, 1]), 1))).toEqual([2, 2, 4, 4, 6, 6]);
    expect(await valuesOf((g) => takeAlongAxis(table(g), ids(g, [1, 0, 1], [3, 1]), 1))).toEqual([2, 3, 6]);
  });

  it('finds the largest', async () => {
    expect(await valuesOf((g) => argmax(g.constant([3, 9, 9, 1]), 0))).toEqual([1]);
    expect(await valuesOf((g) => topk(g.constant([3, 9, 7, 1]), 2).values)).toEqual([9, 7]);
    expect(await valuesOf((g) => topk(g.constant([3, 9, 7, 1]), 2).indices)).toEqual([1, 2]);
  });
});

describe('gradients', () => {
  const a = probe([5, 3], 'a');
  const of = (op: (t: Tensor, g: Graph) => Tensor): Promise<number> =>
    gradientError({ a }, (g, t) => op(t['a'] as Tensor, g));

  it.each<[string, (t: Tensor, g: Graph) => Tensor]>([
    ['gather rows, repeated', (t, g) => gather(t, ids(g, [4, 1, 4, 4]), 0)],
    ['gather rows, unique', (t, g) => gather(t, ids(g, [4, 1, 0]), 0, { unique: true })],
    ['gather columns, repeated', (t, g) => gather(t, ids(g, [2, 2, 0]), 1)],
    ['gather columns, unique', (t, g) => gather(t, ids(g, [2, 0]), 1, { unique: true })],
    ['gather by a matrix of indices', (t, g) => gather(t, ids(g, [1, 1, 3, 0], [2, 2]), 0)],
    ['gather by int32', (t, g) => gather(t, g.constant([3, 3], [2], 'int32'), 0)],
    ['embedding', (t, g) => embedding(t, ids(g, [0, 2, 2], [1, 3]))],
    ['takeAlongAxis', (t, g) => takeAlongAxis(t, ids(g, [1, 1, 0, 2, 1], [5, 1]), 1)],
    ['topk', (t) => topk(t, 2, 0).values],
  ])('%s', async (_name, op) => {
    expect(await of(op)).toBeLessThan(2e-3);
  });

  it('adds up rows that repeat thousands of times', async () => {
    const n = 20_000;
    const wanted = new Float64Array(4);
    const weights = numbers(n * 2, 'w');
    for (let i = 0; i < n; i++)
      for (let d = 0; d < 2; d++)
        wanted[(i % 2) * 2 + d] = (wanted[(i % 2) * 2 + d] as number) + (weights[i * 2 + d] as number);
    const { dTable } = await evaluate(
      (g) => {
        const table = g.param('table', [2, 2]);
        const rows = embedding(table, g.input('ids', 'int64', ['N']));
        return { dTable: gradients(sum(mul(rows, g.input('w', 'float32', ['N', 2]))), [table])[0] as Tensor };
      },
      {
        table: numbers(4),
        ids: { data: BigInt64Array.from({ length: n }, (_, i) => BigInt(i % 2)), shape: [n] },
        w: { data: weights, shape: [n, 2] },
      },
    );
    for (const [i, v] of ((dTable as TensorData).data as Float32Array).entries())
      expect(v).toBeCloseTo(wanted[i] as number, 2);
  });

  it('leaves the table without gradient when the rows are taken instead', async () => {
    const { dTable, dRows } = await evaluate((g) => {
      const table = g.constant([1, 2, 3, 4], [2, 2]);
      const rows = embedding(table, ids(g, [1, 1]), { gradient: 'none' });
      const [a, b] = gradients(sum(mul(rows, rows)), [table, rows]);
      return { dTable: a as Tensor, dRows: b as Tensor };
    });
    expect(Array.from(dTable?.data as Float32Array)).toEqual([0, 0, 0, 0]);
    expect(Array.from(dRows?.data as Float32Array)).toEqual([6, 8, 6, 8]);
  });
});

describe('errors', () => {
  it('refuses indices that are not whole numbers, k beyond the axis, shapes that differ', () => {
    const g = new Graph('g');
    const x = g.param('x', [3, 2]);
    expect(() => gather(x, g.constant([1]), 0)).toThrowError(/int64 or int32/);
    expect(() => topk(x, 3)).toThrowError(/k = 3/);
    expect(() => takeAlongAxis(x, ids(g, [1, 1], [2, 1]), 1)).toThrowError(/differ/);
    expect(() => embedding(g.param('v', [3]), ids(g, [1]))).toThrowError(/rank 2/);
  });
});
