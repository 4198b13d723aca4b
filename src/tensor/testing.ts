/** Help for tests of graphs: reproducible numbers, one-shot evaluation, gradients against central differences. */
import { Rng } from '../core/rng.js';
import { evaluateDim, type Shape } from './dims.js';
import { gradients } from './gradients.js';
import { Graph, type Tensor } from './graph.js';
import { mul } from './ops/arithmetic.js';
import { sum } from './ops/reduce.js';
import { compile, type Feed, type TensorData } from './program.js';

/** Normal numbers times `scale`, the same for the same label. */
export function numbers(count: number, label: string | number = 0, scale = 1): Float32Array {
  const rng = Rng.fromSeed(`numbers/${label}`);
  return Float32Array.from({ length: count }, () => scale * rng.normal());
}

/** Builds, runs once and disposes: the outputs named by `build`. */
export async function evaluate(
  build: (graph: Graph) => Record<string, Tensor>,
  feeds: Record<string, Feed> = {},
): Promise<Record<string, TensorData>> {
  const graph = new Graph('evaluate');
  for (const [name, tensor] of Object.entries(build(graph))) graph.output(name, tensor);
  const program = await compile(graph, { threads: 1 });
  try {
    return await program.run(feeds);
  } finally {
    await program.dispose();
  }
}

/** The values of one tensor as numbers. */
export async function valuesOf(build: (graph: Graph) => Tensor, feeds: Record<string, Feed> = {}): Promise<number[]> {
  const { y } = await evaluate((graph) => ({ y: build(graph) }), feeds);
  return Array.from((y as TensorData).data as Iterable<number | bigint>, Number);
}

/** An input whose gradient is checked. */
export interface Probe {
  /** Its shape in the graph, with symbols if wanted. */
  shape: Shape;
  /** Its values; the shape they fill. */
  data: Float32Array;
  dims: readonly number[];
}

/** A probe of normal numbers; `symbols` renames its axes (null keeps the number). */
export function probe(
  dims: readonly number[],
  label: string | number = 0,
  symbols: readonly (string | null)[] = [],
  scale = 1,
): Probe {
  const count = dims.reduce((a, b) => a * b, 1);
  return { shape: dims.map((d, i) => symbols[i] ?? d), data: numbers(count, label, scale), dims };
}

/**
 * Largest relative L2 error, over the probes, between the graph's gradient of `sum(weights * y)` (random weights) and
 * central differences. `others` are feeds that are not differentiated.
 */
export async function gradientError(
  probes: Record<string, Probe>,
  build: (graph: Graph, inputs: Record<string, Tensor>) => Tensor,
  others: Record<string, Feed> = {},
  step = 0.004,
): Promise<number> {
  const graph = new Graph('gradient check');
  const inputs: Record<string, Tensor> = {};
  for (const [name, p] of Object.entries(probes)) inputs[name] = graph.input(name, 'float32', p.shape);
  const y = build(graph, inputs);
  const weights = graph.input('probe weights', 'float32', y.shape);
  const names = Object.keys(probes);
  const found = gradients(
    sum(mul(y, weights)),
    names.map((n) => inputs[n] as Tensor),
  );
  graph.output('result', y);
  for (const [i, name] of names.entries()) graph.output(`gradient of ${name}`, found[i] as Tensor);
  const program = await compile(graph, { threads: 1 });
  try {
    const feeds: Record<string, Feed> = { ...others };
    for (const [name, p] of Object.entries(probes)) feeds[name] = { data: p.data, shape: p.dims };
    const shape = sizes(y.shape, probes);
    const factors = numbers(
      shape.reduce((a, b) => a * b, 1),
      'weights',
    );
    feeds['probe weights'] = { data: factors, shape };
    const exact = await program.run(feeds);
    const lossAt = async (): Promise<number> => {
      const out = (await program.run(feeds, ['result']))['result'] as TensorData;
      return (out.data as Float32Array).reduce((total, v, i) => total + v * (factors[i] as number), 0);
    };
    let worst = 0;
    for (const [name, p] of Object.entries(probes)) {
      const got = (exact[`gradient of ${name}`] as TensorData).data as Float32Array;
      let wrong = 0;
      let size = 0;
      for (let i = 0; i < p.data.length; i++) {
        const kept = p.data[i] as number;
        p.data[i] = kept + step;
        const up = await lossAt();
        p.data[i] = kept - step;
        const down = await lossAt();
        p.data[i] = kept;
        const wanted = (up - down) / (2 * step);
        wrong += (wanted - (got[i] as number)) ** 2;
        size += wanted ** 2;
      }
      worst = Math.max(worst, Math.sqrt(wrong / Math.max(size, 1e-12)));
    }
    return worst;
  } finally {
    await program.dispose();
  }
}

/** The shape when its symbols have the sizes that the probes have. */
function sizes(shape: Shape, probes: Record<string, Probe>): number[] {
  const symbols = new Map<string, number>();
  for (const p of Object.values(probes)) {
    for (const [i, dim] of p.shape.entries()) if (typeof dim === 'string') symbols.set(dim, p.dims[i] as number);
  }
  return shape.map((d) => evaluateDim(d, symbols) ?? Number.NaN);
}
