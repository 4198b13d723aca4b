/** Merging: a base's weights with an adapter's changes added. The base stays as it is, so that merging again never drifts. */
import { assertFinite } from '../../core/finite.js';
import { add, Graph, matmul, mul, type Program } from '../../tensor/index.js';
import type { Params } from '../parameters.js';
import type { Adapter } from './folder.js';
import { loraScale } from './parts.js';

/** `base + scale b a` of any size. */
export function mergeGraph(): Graph {
  const graph = new Graph('merge');
  const base = graph.input('base', 'float32', ['rows', 'width']);
  const a = graph.input('a', 'float32', ['rank', 'width']);
  const b = graph.input('b', 'float32', ['rows', 'rank']);
  graph.output('merged', add(base, mul(matmul(b, a), graph.input('scale', 'float32', []))));
  return graph;
}

/** All parameters of a base, those that an adapter changes as copies of their own, and the others as they are. */
export function copyChanged(base: ReadonlyMap<string, Float32Array>, { parts }: Pick<Adapter, 'parts'>): Params {
  const changed = new Set(parts.map(({ param }) => param));
  return new Map([...base].map(([name, values]) => [name, changed.has(name) ? values.slice() : values]));
}

/**
 * Writes the merged weights of all parts into `into` (see {@link copyChanged}). `program`: the compiled {@link mergeGraph}. Throws
 * `not-finite` where a sum is none.
 */
export async function mergeInto(
  into: ReadonlyMap<string, Float32Array>,
  base: ReadonlyMap<string, Float32Array>,
  adapter: Adapter,
  program: Program,
): Promise<void> {
  const { rank, parts, factors } = adapter;
  const scale = Float32Array.of(loraScale(adapter));
  for (const { module, a, b, rows, width, param, at } of parts) {
    const cut = (values: ReadonlyMap<string, Float32Array>) => ({
      data: values.get(param)!.subarray(at, at + rows * width),
      shape: [rows, width],
    });
    const merged = cut(into);
    await program.run(
      {
        base: cut(base),
        a: { data: factors.get(a)!, shape: [rank, width] },
        b: { data: factors.get(b)!, shape: [rows, rank] },
        scale,
      },
      { merged },
    );
    assertFinite(merged.data, { what: `the merged weight of ${module}`, where: `tensor ${module}` });
  }
}
