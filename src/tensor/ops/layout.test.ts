import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../graph.js';
import { evaluate, gradientError, probe, valuesOf } from '../testing.js';
import { concat, expand, pad, reshape, slice, split, squeeze, transpose, unsqueeze } from './layout.js';

const x = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] };
const input = (g: Graph, name = 'x'): Tensor => g.input(name, 'float32', ['N', 'T']);

describe('values', () => {
  it('moves axes', async () => {
    expect(await valuesOf((g) => transpose(input(g), [1, 0]), { x })).toEqual([1, 4, 2, 5, 3, 6]);
    expect(await valuesOf((g) => expand(unsqueeze(input(g), 0), [2, 'N', 'T']), { x })).toHaveLength(12);
  });

  it('cuts and joins', async () => {
    expect(await valuesOf((g) => slice(input(g), 1, 1), { x })).toEqual([2, 3, 5, 6]);
    expect(await valuesOf((g) => slice(input(g), 1, -1), { x })).toEqual([3, 6]);
    expect(await valuesOf((g) => slice(input(g), 1, 0, -1), { x })).toEqual([1, 2, 4, 5]);
    expect(await valuesOf((g) => concat([input(g), input(g, 'z')], 0), { x, z: x })).toEqual([
      1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6,
    ]);
    expect(await valuesOf((g) => pad(input(g), 1, 1, 0), { x })).toEqual([0, 1, 2, 3, 0, 4, 5, 6]);
    expect(await valuesOf((g) => split(input(g), 1, [1, 'T-1'])[1] as Tensor, { x })).toEqual([2, 3, 5, 6]);
  });

  it.each([
    [['N*T'], [6]],
    [
      [1, 'T', 'N'],
      [1, 3, 2],
    ],
    [
      ['N', 1, -1],
      [2, 1, 3],
    ],
    [
      ['T', 'N', 1],
      [3, 2, 1],
    ],
    [
      [-1, 'T'],
      [2, 3],
    ],
  ])('reshapes to %j with sizes known only when it runs', async (dims, wanted) => {
    const { y } = await evaluate((g) => ({ y: reshape(input(g), dims) }), { x });
    expect(y?.shape).toEqual(wanted);
    expect(Array.from(y?.data as Float32Array)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('computes a shape with two unknown sizes from the sizes of other inputs', async () => {
    const build = (g: Graph): Record<string, Tensor> => {
      const z = input(g);
      return { y: reshape(g.input('flat', 'float32', ['N*T']), ['N', 1, 'T']), z };
    };
    const { y } = await evaluate(build, { flat: { data: x.data, shape: [6] }, x });
    expect(y?.shape).toEqual([2, 1, 3]);
  });
});

describe('gradients', () => {
  const a = probe([2, 3, 4], 'a', ['N', 'T']);
  const b = probe([2, 2, 4], 'b', ['N', 'S']);
  const of = (op: (a: Tensor, b: Tensor) => Tensor): Promise<number> =>
    gradientError({ a, b }, (_g, t) => op(t['a'] as Tensor, t['b'] as Tensor));

  it.each<[string, (a: Tensor, b: Tensor) => Tensor]>([
    ['reshape', (t) => reshape(t, ['T', -1])],
    ['transpose', (t) => transpose(t, [2, 0, 1])],
    ['expand', (t) => expand(unsqueeze(t, 1), ['N', 5, 'T', 4])],
    ['concat', (t, u) => concat([t, u, t], 1)],
    ['slice in the middle', (t) => slice(t, 1, 1, 2)],
    ['slice from the end', (t) => slice(t, 2, -3, -1)],
    ['squeeze and unsqueeze', (t) => squeeze(unsqueeze(t, [0, 3]), 0)],
    ['pad', (t) => pad(t, 1, 2, 1)],
    ['split, one piece unused', (t) => split(t, 2, [1, 2, 1])[1] as Tensor],
    ['split, pieces rejoined', (t) => concat(split(t, 1, [1, 'T-1']).toReversed(), 1)],
  ])('%s', async (_name, op) => {
    expect(await of(op)).toBeLessThan(2e-3);
  });
});

describe('errors', () => {
  const t = (): Tensor => input(new Graph('g'));

  it('refuses shapes that cannot have the same number of elements', () => {
    expect(() => reshape(t(), ['N', 7])).toThrowError(/reshape: \[N, T\] has N\*T elements, \[N, 7\] has 7\*N/);
    expect(() => reshape(t(), [-1, 5])).toThrowError(/reshape/);
    expect(() => reshape(t(), [-1, -1])).toThrowError(/more than one -1/);
  });

  it('refuses sizes that no input has', () => {
    const g = new Graph('g');
    const flat = g.input('flat', 'float32', ['N*T']);
    expect(() => reshape(flat, ['N', 1, 'T'])).toThrowError(/'N' is not known|'T' is not known/);
  });

  it('refuses permutations, slices, pieces and squeezes that do not fit', () => {
    expect(() => transpose(t(), [0, 0])).toThrowError(/permutation/);
    expect(() => slice(new Graph('g').constant([1, 2]), 0, 1, 4)).toThrowError(/outside axis/);
    expect(() => split(t(), 1, [1, 1])).toThrowError(/add up/);
    expect(() => squeeze(t(), 0)).toThrowError(/size 1/);
    expect(() => expand(t(), [3, 'N', 4])).toThrowError(/broadcast/);
  });
});
