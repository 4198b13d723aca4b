/** The trainer's two graphs: scoring (log-probabilities) and training (the same, with every gradient added in place). */
import { decodeRows, decoderWeights, embedRows, headWeight, rowPositions, type Weights } from '../../models/decoder.js';
import { adapterGraph, type Adapter } from '../../models/adapter/index.js';
import { packedAttention, packedInputs } from '../../models/decoder-packed.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import { cast, gradients, Graph, lmHead, type Tensor } from '../../tensor/index.js';

/** What an adapter is to a graph. */
export type AdapterShape = Pick<Adapter, 'rank' | 'alpha' | 'rsLora' | 'parts'>;

/** A packed graph up to the rows that enter the head. */
interface Hidden {
  weights: Weights;
  /** An adapter's factors, where there is one. */
  factors: Weights | undefined;
  embedded: Tensor;
  /** [M, hidden]. */
  hidden: Tensor;
  /** Wanted tokens, int64 [M]. */
  targets: Tensor;
}

function hiddenRows(graph: Graph, config: DecoderConfig, withPrefix: boolean, adapter?: AdapterShape): Hidden {
  const weights = decoderWeights(graph, config);
  const ids = graph.input('ids', 'int32', ['S']);
  const targets = cast(graph.input('targets', 'int32', ['M']), 'int64');
  const at = rowPositions(graph, config, 'S');
  const embedded = embedRows(weights, ids);
  const attention = packedAttention(config, packedInputs(graph, config, withPrefix));
  const own = adapter && adapterGraph(graph, weights, adapter);
  const hidden = decodeRows(config, weights, embedded, at, attention, own?.project);
  return { weights, factors: own?.factors, embedded, targets, hidden };
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
 * Of the loss sum c log p; input `slope` [M] is c. Outputs: `logprobs` [M], `entropy` [M] and `grad.*` of what is trained: the factors of an adapter, or every parameter that takes
 * part in a matrix product or a norm; then also `dEmbedded` [S, hidden], rows that the caller adds to the embedding's gradient at
 * the input ids.
 */
export function trainGraph(config: DecoderConfig, withPrefix: boolean, adapter?: AdapterShape): Graph {
  const graph = new Graph(`train${adapter ? '-adapter' : ''}${withPrefix ? '-shared' : ''}`);
  const { weights, factors, embedded, hidden, targets } = hiddenRows(graph, config, withPrefix, adapter);
  const trained = new Map(factors ?? [...weights].filter(([name]) => name !== 'embed' || config.tied));
  const running = new Map(
    [...trained].map(([name, t]) => [t, graph.input(runningName(name), 'float32', t.shape)] as const),
  );
  const head = headWeight(config, weights);
  const slope = graph.input('slope', 'float32', ['M']);
  const scored = lmHead(hidden, head, targets, {
    chunks: headChunks(config),
    entropy: true,
    rowGradient: (_logp, rows) => rows(slope),
    weightGradient: running.has(head),
    running: running.get(head),
  });
  const rows = factors ? [] : [embedded];
  const inner = [...running.keys()].filter((t) => t !== head);
  const found = gradients([hidden], [...rows, ...inner], { seeds: [scored.dHidden], accumulate: running });
  const gradOf = new Map<Tensor, Tensor | undefined>([[head, scored.dWeight]]);
  for (const [i, t] of [...rows, ...inner].entries()) gradOf.set(t, found[i]);
  graph.output('logprobs', scored.logp);
  graph.output('entropy', scored.entropy as Tensor);
  if (!factors) graph.output('dEmbedded', gradOf.get(embedded) as Tensor);
  for (const [name, t] of trained) graph.output(gradName(name), gradOf.get(t) as Tensor);
  return graph;
}
