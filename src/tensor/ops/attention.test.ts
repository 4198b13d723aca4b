import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../graph.js';
import { evaluate, gradientError, numbers, probe } from '../testing.js';
import type { TensorData } from '../program.js';
import { attention } from './attention.js';
import { concat, reshape, slice } from './layout.js';

const [B, H, KV, T, S, P, D] = [2, 4, 2, 3, 3, 5, 4];
const causal = Float32Array.from({ length: T * S }, (_, i) => (i % S <= Math.floor(i / S) ? 0 : -1e9));
const mask = { data: causal, shape: [T, S] };

/** The definition, with plain loops; prompt keys (batch 1) come first. */
function byHand(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  pk: Float32Array,
  pv: Float32Array,
  scale: number,
): number[] {
  const out: number[] = [];
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h++) {
      for (let t = 0; t < T; t++) {
        const kv = Math.floor(h / (H / KV));
        const keys = [
          ...Array.from({ length: P }, (_, s) => [pk, pv, (kv * P + s) * D, 0] as const),
          ...Array.from(
            { length: S },
            (_, s) => [k, v, ((b * KV + kv) * S + s) * D, causal[t * S + s] as number] as const,
          ),
        ];
        const dot = (list: Float32Array, at: number): number =>
          Array.from(
            { length: D },
            (_, d) => (q[((b * H + h) * T + t) * D + d] as number) * (list[at + d] as number),
          ).reduce((x, y) => x + y);
        const e = keys.map(([list, , at, m]) => Math.exp(scale * dot(list, at) + m));
        const total = e.reduce((x, y) => x + y);
        for (let d = 0; d < D; d++)
          out.push(
            keys.reduce((sum, [, list, at], i) => sum + ((e[i] as number) / total) * (list[at + d] as number), 0),
          );
      }
    }
  }
  return out;
}

const probes = {
  q: probe([B, H, T, D], 'q', ['N', null, 'T']),
  k: probe([B, KV, S, D], 'k', ['N', null, 'T']),
  v: probe([B, KV, S, D], 'v', ['N', null, 'T']),
  pk: probe([1, KV, P, D], 'pk', [null, null, 'P']),
  pv: probe([1, KV, P, D], 'pv', [null, null, 'P']),
};
const maskOf = (g: Graph): Tensor => g.input('mask', 'float32', ['T', 'T']);
const build = (g: Graph, t: Record<string, Tensor>): Tensor =>
  attention(
    t['q'] as Tensor,
    [
      { k: t['pk'] as Tensor, v: t['pv'] as Tensor },
      { k: t['k'] as Tensor, v: t['v'] as Tensor, mask: maskOf(g) },
    ],
    0.5,
  );

describe('attention', () => {
  it('equals its definition with grouped heads, a shared prompt and a causal mask', async () => {
    const feeds = Object.fromEntries(
      Object.entries(probes).map(([name, p]) => [name, { data: p.data, shape: p.dims }]),
    );
    const { y } = await evaluate(
      (g) => ({
        y: build(g, Object.fromEntries(Object.entries(probes).map(([n, p]) => [n, g.input(n, 'float32', p.shape)]))),
      }),
      { ...feeds, mask },
    );
    expect(y?.shape).toEqual([B, H, T, D]);
    const wanted = byHand(probes.q.data, probes.k.data, probes.v.data, probes.pk.data, probes.pv.data, 0.5);
    for (const [i, value] of ((y as TensorData).data as Float32Array).entries())
      expect(value).toBeCloseTo(wanted[i] as number, 5);
  });

  it('has the gradient of queries, keys and values, and sums it over the batch for a shared prompt', async () => {
    expect(await gradientError(probes, build, { mask })).toBeLessThan(2e-3);
  });

  it('takes a mask for each row of the batch', async () => {
    const { q, k, v } = probes;
    const wide = { data: numbers(B * T * S, 'mask'), shape: [B, T, S] };
    const one = (g: Graph, t: Record<string, Tensor>): Tensor =>
      attention(
        t['q'] as Tensor,
        [{ k: t['k'] as Tensor, v: t['v'] as Tensor, mask: g.input('mask', 'float32', ['N', 'T', 'T']) }],
        0.5,
      );
    expect(await gradientError({ q, k, v }, one, { mask: wide })).toBeLessThan(2e-3);
  });

  it('takes a mask for each head, as if every head stood alone with its own', async () => {
    const { q, k, v } = probes;
    const each = { data: numbers(H * T * S, 'mask'), shape: [1, H, T, S] };
    const maskOfHeads = (g: Graph): Tensor => g.input('mask', 'float32', [1, H, 'T', 'T']);
    const together = (g: Graph, t: Record<string, Tensor>): Tensor =>
      attention(t['q'] as Tensor, [{ k: t['k'] as Tensor, v: t['v'] as Tensor, mask: maskOfHeads(g) }], 0.5);
    const feeds = Object.fromEntries(Object.entries({ q, k, v }).map(([n, p]) => [n, { data: p.data, shape: p.dims }]));
    const inputs = (g: Graph) =>
      Object.fromEntries(Object.entries({ q, k, v }).map(([n, p]) => [n, g.input(n, 'float32', p.shape)]));
    const { y } = await evaluate((g) => ({ y: together(g, inputs(g)) }), { ...feeds, mask: each });
    const { z } = await evaluate(
      (g) => {
        const [t, masks] = [inputs(g), maskOfHeads(g)];
        const head = (x: Tensor, at: number) => slice(x, 1, at, at + 1);
        const alone = (h: number) => {
          const [keys, values] = [t['k'], t['v']].map((x) => head(x as Tensor, Math.floor(h / (H / KV))));
          const own = reshape(head(masks, h), ['T', 'T']);
          return attention(head(t['q'] as Tensor, h), [{ k: keys as Tensor, v: values as Tensor, mask: own }], 0.5);
        };
        return {
          z: concat(
            Array.from({ length: H }, (_, h) => alone(h)),
            1,
          ),
        };
      },
      { ...feeds, mask: each },
    );
    expect(y?.shape).toEqual(z?.shape);
    for (const [i, value] of ((y as TensorData).data as Float32Array).entries())
      expect(value).toBeCloseTo(((z as TensorData).data as Float32Array)[i] as number, 5);
    expect(await gradientError({ q, k, v }, together, { mask: each })).toBeLessThan(2e-3);
    const g = new Graph('g');
    const three = g.input('q', 'float32', ['N', 2, 'T', 4]);
    const wrong = g.input('m', 'float32', [1, 3, 'T', 'T']);
    expect(() => attention(three, [{ k: three, v: three, mask: wrong }], 1)).toThrowError(/mask/);
  });

  it('refuses heads that do not divide and masks that do not fit', () => {
    const g = new Graph('g');
    const q = g.input('q', 'float32', ['N', 3, 'T', 4]);
    const k = g.input('k', 'float32', ['N', 2, 'S', 4]);
    expect(() => attention(q, [{ k, v: k }], 1)).toThrowError(/attention: 3 heads are not a multiple of 2/);
    const q2 = g.input('q2', 'float32', ['N', 2, 'T', 4]);
    expect(() => attention(q2, [{ k, v: k, mask: g.input('m', 'float32', ['S', 'T']) }], 1)).toThrowError(/mask/);
    expect(() => attention(q2, [], 1)).toThrowError(/at least one part/);
  });
});
