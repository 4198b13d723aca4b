/** The trainer's two graphs: scoring (log-probabilities) and training (the same, with every gradient added in place). */
import { decodeRows, decoderWeights, embedRows, headWeight, rowPositions, type Weights } from '../../models/decoder.js';
import { packedAttention, packedInputs } from '../../models/decoder-packed.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import {
  cast,
  exp,
  gather,
  gradients,
  Graph,
  less,
  linear,
  matmul,
  logSoftmax,
  maximum,
  minimum,
  mul,
  neg,
  reshape,
  stopGradient,
  sub,
  sum,
  takeAlongAxis,
  type Tensor,
} from '../../tensor/index.js';

/** log p of the kept rows' targets, with what their gradient needs. */
interface Scored {
  weights: Weights;
  embedded: Tensor;
  /** Rows that entered the head, [M, hidden]. */
  hidden: Tensor;
  logits: Tensor;
  /** log p of every token, [M, vocab]. */
  all: Tensor;
  targets: Tensor;
  /** log p of the targets, [M]. */
  logprobs: Tensor;
}

function scored(graph: Graph, config: DecoderConfig, withPrefix: boolean): Scored {
  const weights = decoderWeights(graph, config);
  const ids = graph.input('ids', 'int32', ['S']);
  const targets = graph.input('targets', 'int32', ['M']);
  const at = rowPositions(graph, config, 'S');
  const embedded = embedRows(weights, ids);
  const attention = packedAttention(config, packedInputs(graph, config, withPrefix));
  const hidden = decodeRows(config, weights, embedded, at, attention);
  const logits = linear(hidden, headWeight(config, weights));
  const all = logSoftmax(logits, 1);
  const logprobs = reshape(takeAlongAxis(all, reshape(targets, ['M', 1]), 1), ['M']);
  return { weights, embedded, hidden, logits, all, targets, logprobs };
}

/** Outputs: `logprobs` [M]. */
export function scoreGraph(config: DecoderConfig, withPrefix: boolean): Graph {
  const graph = new Graph(`score${withPrefix ? '-shared' : ''}`);
  graph.output('logprobs', scored(graph, config, withPrefix).logprobs);
  return graph;
}

/** Name of the running gradient of a parameter (fed) and of its sum (fetched into the same buffer). */
export const runningName = (param: string): string => `running.${param}`;
export const gradName = (param: string): string => `grad.${param}`;

/**
 * Outputs: `logprobs` [M], `entropy` [M], `grad.*` for every parameter that takes part in a matrix product or a norm,
 * and two lists of rows that the caller adds to tables: `dEmbedded` [S, hidden] at the input ids (embedding), `dTarget`
 * [M, hidden] at the targets (head). Splitting off those rows avoids one-hot matrices and scattering.
 *
 * The gradient of the loss by a target's log p is `slope` = -w A r, or 0 where the ratio is clipped (see `tokenLoss`);
 * that by the logits is slope (onehot - p), of which the graph multiplies out only the second, dense half.
 */
export function trainGraph(config: DecoderConfig, withPrefix: boolean): Graph {
  const graph = new Graph(`train${withPrefix ? '-shared' : ''}`);
  const s = scored(graph, config, withPrefix);
  const slope = reshape(slopes(graph, s.logprobs), ['M', 1]);
  const p = exp(s.all);
  const head = headWeight(config, s.weights);
  // d loss / d logits = slope (onehot - p). The slope multiplies the narrow side of each product, never [M, vocab], so
  // the head's weight sees p against rows scaled beforehand, and the rows get their gradient scaled afterwards.
  const scaledRows = mul(s.hidden, slope);
  const forHead = linear(stopGradient(neg(scaledRows)), head);
  const dHidden = mul(sub(gather(head, s.targets, 0), matmul(p, head)), slope);
  const names = [...s.weights.keys()].filter((name) => name !== 'embed' || config.tied);
  const accumulate = new Map(
    names.map((name) => {
      const weight = s.weights.get(name) as Tensor;
      return [weight, graph.input(runningName(name), 'float32', weight.shape)];
    }),
  );
  const wrt = [s.embedded, ...accumulate.keys()];
  const [dEmbedded, ...grads] = gradients([forHead, s.hidden], wrt, { seeds: [p, dHidden], accumulate });
  graph.output('logprobs', s.logprobs);
  graph.output('entropy', neg(sum(mul(p, s.all), 1)));
  graph.output('dEmbedded', dEmbedded as Tensor);
  graph.output('dTarget', scaledRows);
  for (const [i, name] of names.entries()) graph.output(gradName(name), grads[i] as Tensor);
  return graph;
}

/** d loss / d log p of every kept row, [M]; inputs as in `tokenLoss`, with `useRatio` 1 or 0. */
function slopes(graph: Graph, logprobs: Tensor): Tensor {
  const advantage = graph.input('advantage', 'float32', ['M']);
  const weight = graph.input('weight', 'float32', ['M']);
  const sampler = graph.input('sampler', 'float32', ['M']);
  const scalar = (name: string) => graph.input(name, 'float32', []);
  const ratio = exp(minimum(mul(sub(logprobs, sampler), scalar('useRatio')), 30)); // a bound far beyond any clip, so that 0 times it is 0
  const bounded = minimum(maximum(ratio, scalar('ratioLow')), scalar('ratioHigh'));
  const gain = mul(ratio, advantage);
  const clipped = cast(less(mul(bounded, advantage), gain), 'float32');
  return neg(mul(mul(weight, gain), sub(1, clipped)));
}
