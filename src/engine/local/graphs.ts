/** The trainer's two graphs: scoring (log-probabilities) and training (the same, with every gradient added in place). */
import { decodeRows, decoderWeights, embedRows, headWeight, rowPositions, type Weights } from '../../models/decoder.js';
import { packedAttention, packedInputs } from '../../models/decoder-packed.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import { cast, gradients, Graph, lmHead, type Tensor } from '../../tensor/index.js';

/** A packed graph up to the rows that enter the head. */
interface Hidden {
  weights: Weights;
  embedded: Tensor;
  /** [M, hidden]. */
  hidden: Tensor;
  /** Wanted tokens, int64 [M]. */
  targets: Tensor;
}

function hiddenRows(graph: Graph, config: DecoderConfig, withPrefix: boolean): Hidden {
  const weights = decoderWeights(graph, config);
  const ids = graph.input('ids', 'int32', ['S']);
  const targets = cast(graph.input('targets', 'int32', ['M']), 'int64');
  const at = rowPositions(graph, config, 'S');
  const embedded = embedRows(weights, ids);
  const attention = packedAttention(config, packedInputs(graph, config, withPrefix));
  return { weights, embedded, targets, hidden: decodeRows(config, weights, embedded, at, attention) };
}

/** From this vocabulary on, the head is computed in two parts, so that half the logits are in memory at a time. */
const LARGE_VOCAB = 16_384;

function headChunks({ vocab }: DecoderConfig): number {
  return vocab < LARGE_VOCAB ? 1 : 2;
}

/** Outputs: `logprobs` [M]. */
export function scoreGraph(config: DecoderConfig, withPrefix: boolean): Graph {
  const graph = new Graph(`score${withPrefix ? '-shared' : ''}`);
  const { weights, hidden, targets } = hiddenRows(graph, config, withPrefix);
  const { logp } = lmHead(hidden, headWeight(config, weights), targets, { chunks: headChunks(config) });
  graph.output('logprobs', logp);
  return graph;
}

/** Name of the running gradient of a parameter (fed) and of its sum (fetched into the same buffer). */
export const runningName = (param: string): string => `running.${param}`;
export const gradName = (param: string): string => `grad.${param}`;

/**
 * Of the loss sum c log p; input `slope` [M] is c. Outputs: `logprobs` [M], `entropy` [M], `grad.*` for every parameter that takes part in a matrix product or a norm, and
 * `dEmbedded` [S, hidden], rows that the caller adds to the embedding's gradient at the input ids.
 */
export function trainGraph(config: DecoderConfig, withPrefix: boolean): Graph {
  const graph = new Graph(`train${withPrefix ? '-shared' : ''}`);
  const { weights, embedded, hidden, targets } = hiddenRows(graph, config, withPrefix);
  const names = [...weights.keys()].filter((name) => name !== 'embed' || config.tied);
  const running = new Map(
    names.map((name) => {
      const weight = weights.get(name) as Tensor;
      return [weight, graph.input(runningName(name), 'float32', weight.shape)];
    }),
  );
  const head = headWeight(config, weights);
  const slope = graph.input('slope', 'float32', ['M']);
  const scored = lmHead(hidden, head, targets, {
    chunks: headChunks(config),
    entropy: true,
    rowGradient: (_logp, rows) => rows(slope),
    running: running.get(head),
  });
  const inner = [...running.keys()].filter((weight) => weight !== head);
  const [dEmbedded, ...grads] = gradients([hidden], [embedded, ...inner], {
    seeds: [scored.dHidden],
    accumulate: running,
  });
  const gradOf = new Map([[head, scored.dWeight], ...inner.map((weight, i) => [weight, grads[i]] as const)]);
  graph.output('logprobs', scored.logp);
  graph.output('entropy', scored.entropy as Tensor);
  graph.output('dEmbedded', dEmbedded as Tensor);
  for (const name of names) graph.output(gradName(name), gradOf.get(weights.get(name) as Tensor) as Tensor);
  return graph;
}
