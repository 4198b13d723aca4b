/** An adapter in a decoder's graph. */
import { add, concat, linear, linearLowRank, matmul, mul, type Graph, type Tensor } from '../../tensor/index.js';
import type { Project, Weights } from '../decoder.js';
import type { Adapter } from './folder.js';
import { factorSpecs, loraScale, type AdapterPart } from './parts.js';

/** What an adapter's place in a graph follows from. */
export type AdapterShape = Pick<Adapter, 'rank' | 'alpha' | 'rsLora' | 'parts'>;

/** Declares the factors as inputs; `project` gives them their gradients. The weights hold the adapter's changes already. */
export function adapterGraph(
  graph: Graph,
  weights: Weights,
  adapter: AdapterShape,
): { project: Project; factors: ReadonlyMap<string, Tensor> } {
  const specs = factorSpecs(adapter.parts, adapter.rank);
  const factors = new Map(specs.map(({ name, shape }) => [name, graph.input(name, 'float32', shape)]));
  return { project: adapterProject(weights, factors, adapter), factors };
}

/**
 * Products with the changed weights. `merge`: the weights are those of the base, and the graph adds the changes of whole weights to
 * them; else they hold the changes already.
 */
export function adapterProject(
  weights: Weights,
  factors: Weights,
  adapter: AdapterShape,
  { merge = false }: { merge?: boolean } = {},
): Project {
  const scale = loraScale(adapter);
  return (name, x, options) => {
    const weight = weights.get(name) as Tensor;
    const own = adapter.parts.filter((part) => part.weight === name);
    if (own.length === 0) return linear(x, weight, options);
    const changes = own.map(({ a, b, start }) => ({
      a: factors.get(a) as Tensor,
      b: factors.get(b) as Tensor,
      scale,
      start,
    }));
    return linearLowRank(x, merge ? merged(weight, own, factors, scale) : weight, changes, options);
  };
}

/** Of parts that are all of a weight, in the order of its rows. */
function merged(weight: Tensor, parts: readonly AdapterPart[], factors: Weights, scale: number): Tensor {
  const changes = parts.map(({ a, b }) => matmul(factors.get(b) as Tensor, factors.get(a) as Tensor));
  return add(weight, mul(changes.length === 1 ? (changes[0] as Tensor) : concat(changes, 0), scale));
}
