/** The trainer's two graphs: scoring (log-probabilities) and training (the same, with every gradient added in place). */
import { decodeRows, decoderWeights, embedRows, headWeight, rowPositions, type Weights } from '../../models/decoder.js';
import { adapterGraph, type Adapter } from '../../models/adapter/index.js';
import { packedAttention, packedInputs } from '../../models/decoder-packed.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import type { AlternativesShape } from '../alternatives.js';
import { cast, gradients, Graph, lmHead, takeAlongAxis, topk, type Tensor } from '../../tensor/index.js';

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

/**
 * Outputs `alternatives` [M, k], log p of the `k` most likely tokens with their ids `topIds` (int32), of all of them, or of those of the input
 * `alternativeIds` [M, k].
 */
export function alternativesGraph(config: DecoderConfig, withPrefix: boolean, which: PickedAlternatives): Graph {
  const graph = new Graph(`alternatives-${which.kind}${withPrefix ? '-shared' : ''}`);
  const { weights, hidden, targets } = hiddenRows(graph, config, withPrefix);
  const given = which.kind === 'given' ? alternativeIds(graph) : undefined;
  const { picked } = lmHead(hidden, headWeight(config, weights), targets, {
    chunks: headChunks(config),
    pick: (logProbs, rows) => {
      if (given) return [takeAlongAxis(logProbs, rows(given), 1)];
      if (which.kind !== 'top') return [logProbs];
      const { values, indices } = topk(logProbs, which.k, 1);
      return [values, cast(indices, 'int32')];
    },
  });
  const [logprobs, ids] = picked as [Tensor, Tensor?];
  graph.output('alternatives', logprobs);
  if (ids) graph.output('topIds', ids);
  return graph;
}

/** Which alternatives a graph scores; given ones are fed. */
export type PickedAlternatives = { kind: 'all' | 'given' } | { kind: 'top'; k: number };

function alternativeIds(graph: Graph): Tensor {
  return cast(graph.input('alternativeIds', 'int32', ['M', 'K']), 'int64');
}

/** Name of the running gradient of a parameter (fed) and of its sum (fetched into the same buffer). */
export const runningName = (param: string): string => `running.${param}`;
export const gradName = (param: string): string => `grad.${param}`;

/**
 * Of the loss sum c log p; input `slope` [M] is c. Outputs: `logprobs` [M], `entropy` [M] and `grad.*` of what is trained: the factors of an adapter, or every parameter that takes
 * part in a matrix product or a norm; then also `dEmbedded` [S, hidden], rows that the caller adds to the embedding's gradient at
 * the input ids. With `alternatives`, inputs `alternativeSlopes` [M, k] and, where they are given by id, `alternativeIds` [M, k] are
 * more terms of the loss, whose sum by row is the output `alternativeLoss` [M].
 */
export function trainGraph(
  config: DecoderConfig,
  withPrefix: boolean,
  { adapter, alternatives }: { adapter?: AdapterShape; alternatives?: AlternativesShape['kind'] } = {},
): Graph {
  const names = ['train', adapter && 'adapter', withPrefix && 'shared', alternatives && `alternatives-${alternatives}`];
  const graph = new Graph(names.filter(Boolean).join('-'));
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
    ...(alternatives && {
      alternatives: {
        slopes: graph.input('alternativeSlopes', 'float32', ['M', alternatives === 'all' ? config.vocab : 'K']),
        ...(alternatives === 'given' && { ids: alternativeIds(graph) }),
      },
    }),
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
  if (scored.alternativeLoss) graph.output('alternativeLoss', scored.alternativeLoss);
  if (!factors) graph.output('dEmbedded', gradOf.get(embedded) as Tensor);
  for (const [name, t] of trained) graph.output(gradName(name), gradOf.get(t) as Tensor);
  return graph;
}
