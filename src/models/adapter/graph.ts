/** An adapter in a decoder's graph, whose weights hold its changes already. */
import { linear, linearLowRank, type Graph, type Tensor } from '../../tensor/index.js';
import type { Project, Weights } from '../decoder.js';
import type { Adapter } from './folder.js';
import { factorSpecs, loraScale } from './parts.js';

/** Declares the factors as inputs; `project` gives them their gradients. */
export function adapterGraph(
  graph: Graph,
  weights: Weights,
  adapter: Pick<Adapter, 'rank' | 'alpha' | 'rsLora' | 'parts'>,
): { project: Project; factors: ReadonlyMap<string, Tensor> } {
  const { parts, rank } = adapter;
  const specs = factorSpecs(parts, rank);
  const factors = new Map(specs.map(({ name, shape }) => [name, graph.input(name, 'float32', shape)]));
  const scale = loraScale(adapter);
  const project: Project = (name, x, options) => {
    const weight = weights.get(name) as Tensor;
    const own = parts.filter((part) => part.weight === name);
    if (own.length === 0) return linear(x, weight, options);
    const changes = own.map(({ a, b, start }) => ({
      a: factors.get(a) as Tensor,
      b: factors.get(b) as Tensor,
      scale,
      start,
    }));
    return linearLowRank(x, weight, changes, options);
  };
  return { project, factors };
}
