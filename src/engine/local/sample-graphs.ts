/** The sampler's graphs: filling the cache with prompts, and one step that ends in a drawn token. */
import { cachedAttention, cachedInputs } from '../../models/decoder-cached.js';
import { decodeRows, decoderWeights, embedRows, headWeight, rowPositions } from '../../models/decoder.js';
import { packedAttention, packedInputs } from '../../models/decoder-packed.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import { concat, Graph, linear, type Tensor } from '../../tensor/index.js';
import { drawHead, type DrawHead } from './draw-graph.js';

/** Fed as a packed graph without prompt part; outputs `k.0`, `v.0` ... [N, kvHeads, R, headDim] (the group axis is 1). */
export function prefillGraph(config: DecoderConfig): Graph {
  const graph = new Graph('prefill');
  const weights = decoderWeights(graph, config);
  const embedded = embedRows(weights, graph.input('ids', 'int32', ['S']));
  const at = rowPositions(graph, config, 'S');
  const attention = packedAttention(config, packedInputs(graph, config, false), (layer, k, v) => {
    graph.output(`k.${layer}`, k);
    graph.output(`v.${layer}`, v);
  });
  decodeRows(config, weights, embedded, at, attention); // what follows the last keys is dead and is not emitted
  return graph;
}

/**
 * One token for each of B rows. Outputs: `token` int64 [B], `logprob` and `policyLogprob` [B], `new` [B, layers * 2 *
 * kvHeads * headDim] (each layer's keys, then its values), and `missing` [B] for a head that keeps only the top tokens.
 */
export function stepGraph(config: DecoderConfig, head: DrawHead): Graph {
  const graph = new Graph(`step-${head.kind}`);
  const weights = decoderWeights(graph, config);
  const embedded = embedRows(weights, graph.input('ids', 'int32', ['B']));
  const at = rowPositions(graph, config, 'B');
  const fresh: Tensor[] = [];
  const attention = cachedAttention(config, cachedInputs(graph, config), (_, k, v) => fresh.push(k, v));
  const hidden = decodeRows(config, weights, embedded, at, attention);
  const drawn = drawHead(graph, linear(hidden, headWeight(config, weights)), head);
  graph.output('new', concat(fresh, 1));
  for (const [name, t] of Object.entries(drawn)) if (t) graph.output(name, t);
  return graph;
}
