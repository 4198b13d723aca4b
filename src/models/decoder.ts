/**
 * The decoder, written once for training, scoring and sampling: Llama, Qwen2 and Qwen3. It works on *rows*, one a token,
 * whatever sequences they belong to; only attention knows about sequences, and the caller brings it.
 */
import {
  embedding,
  linear,
  reshape,
  rmsNorm,
  rotary,
  split,
  swiglu,
  type Dim,
  type Graph,
  type LinearOptions,
  type Tensor,
} from '../tensor/index.js';
import type { DecoderConfig } from './hf-config.js';
import { paramSpecs, sizeOf } from './parameters.js';

/** A decoder's parameters in a graph, by the names of `graphParams`. */
export type Weights = ReadonlyMap<string, Tensor>;

/** A parameter as graphs take it: a whole parameter, or some of its rows. */
export interface GraphParam {
  name: string;
  shape: number[];
  /** Name in `paramSpecs`, and the first of its elements. */
  param: string;
  start: number;
}

/**
 * Parameters of the graphs, in the order of `paramSpecs`. `gateUp` is taken apart into `gate` and `up`: two products cost
 * what a joint one does, and nothing has to be split and joined around the activation.
 */
export function graphParams(config: DecoderConfig): GraphParam[] {
  return paramSpecs(config).flatMap(({ name, shape }): GraphParam[] => {
    if (!name.endsWith('.gateUp')) return [{ name, shape, param: name, start: 0 }];
    const half = [config.ffn, config.hidden];
    return ['gate', 'up'].map((part, i) => ({
      name: name.replace(/gateUp$/, part),
      shape: half,
      param: name,
      start: i * config.ffn * config.hidden,
    }));
  });
}

/** Parameters (or arrays of their sizes, such as gradients) as graphs take them: views, no copies. */
export function decoderFeeds(
  config: DecoderConfig,
  params: ReadonlyMap<string, Float32Array>,
): Record<string, { data: Float32Array; shape: number[] }> {
  return Object.fromEntries(
    graphParams(config).map(({ name, shape, param, start }) => {
      const data = params.get(param) as Float32Array;
      return [name, { data: data.subarray(start, start + sizeOf(shape)), shape }];
    }),
  );
}

/** Declares all parameters of the model in a graph. */
export function decoderWeights(graph: Graph, config: DecoderConfig): Weights {
  return new Map(graphParams(config).map(({ name, shape }) => [name, graph.param(name, shape)]));
}

/** Where each row stands in its sequence, and the tables of its rotary angles. */
export interface RowPositions {
  /** int64 [S, 1]: each row is a sequence of one to the rotary operator, which refuses more steps than its tables have. */
  positions: Tensor;
  /** [longest position + 1, headDim / 2]. */
  cos: Tensor;
  sin: Tensor;
}

/** Declares the position inputs of `S` rows: `positions`, `cos`, `sin` (tables cut to the positions in use). */
export function rowPositions(graph: Graph, config: DecoderConfig, rows: Dim): RowPositions {
  const half = config.headDim / 2;
  return {
    positions: graph.input('positions', 'int64', [rows, 1]),
    cos: graph.input('cos', 'float32', ['angles', half]),
    sin: graph.input('sin', 'float32', ['angles', half]),
  };
}

/** Queries, keys and values of S rows: [S, heads * headDim] and [S, kvHeads * headDim], rotated where they should be. */
export interface QueryKeyValue {
  q: Tensor;
  k: Tensor;
  v: Tensor;
}

/** What differs between the uses of a decoder. */
export interface RowAttention {
  /** Attention output of the rows, [S, heads * headDim]; of the last layer, of the kept rows only. */
  attend: (layer: number, rows: QueryKeyValue) => Tensor;
  /** Drops rows that nothing needs beyond the last layer's keys and values: [S, hidden] -> [M, hidden]. Default: keeps all. */
  keep?: (x: Tensor) => Tensor;
}

/** A product of rows with one of the decoder's weights, by its name in the graph. Adapters put one of their own in its place. */
export type Project = (weight: string, x: Tensor, options?: LinearOptions) => Tensor;

/** Rows of the embedding table, [S, hidden]. Differentiable in the rows; the table's gradient is the caller's (see `gradients`). */
export function embedRows(weights: Weights, ids: Tensor): Tensor {
  return embedding(weights.get('embed') as Tensor, ids, { gradient: 'none' });
}

/** All layers and the final norm: embedded rows [S, hidden] -> rows ready for the head, [S or M, hidden]. */
export function decodeRows(
  config: DecoderConfig,
  weights: Weights,
  embedded: Tensor,
  at: RowPositions,
  attention: RowAttention,
  project?: Project,
): Tensor {
  return finalNorm(config, weights, decodeLayers(config, weights, embedded, at, attention, project));
}

/** All layers: embedded rows [S, hidden] -> the residual stream above the last of them, [S or M, hidden]. */
export function decodeLayers(
  config: DecoderConfig,
  weights: Weights,
  embedded: Tensor,
  at: RowPositions,
  { attend, keep = (x) => x }: RowAttention,
  project: Project = (name, x, options) => linear(x, weights.get(name) as Tensor, options),
): Tensor {
  const eps = config.rmsEps;
  const weight = (name: string) => weights.get(name) as Tensor;
  let x = embedded;
  for (let i = 0; i < config.layers; i++) {
    const own = (name: string) => weight(`layers.${i}.${name}`);
    const product: Project = (name, rows, options) => project(`layers.${i}.${name}`, rows, options);
    const rows = queryKeyValue(config, own, product, rmsNorm(x, own('inputNorm'), eps), at);
    const attended = attend(i, rows);
    const residual = i === config.layers - 1 ? keep(x) : x;
    x = product('o', attended, { residual });
    const normed = rmsNorm(x, own('postNorm'), eps);
    x = product('down', swiglu(product('gate', normed), product('up', normed)), { residual: x });
  }
  return x;
}

/** The norm before the head. */
export function finalNorm({ rmsEps }: DecoderConfig, weights: Weights, x: Tensor): Tensor {
  return rmsNorm(x, weights.get('norm') as Tensor, rmsEps);
}

/** The head's weight, [vocab, hidden]: the embedding table where they are tied. */
export function headWeight(config: DecoderConfig, weights: Weights): Tensor {
  return weights.get(config.tied ? 'embed' : 'head') as Tensor;
}

function queryKeyValue(
  { heads, kvHeads, headDim, qkvBias, qkNorm, rmsEps }: DecoderConfig,
  own: (name: string) => Tensor,
  project: Project,
  x: Tensor,
  { positions, cos, sin }: RowPositions,
): QueryKeyValue {
  const fused = project('qkv', x, qkvBias ? { bias: own('qkvBias') } : {});
  const widths = [heads * headDim, kvHeads * headDim, kvHeads * headDim];
  const [q, k, v] = split(fused, 1, widths) as [Tensor, Tensor, Tensor];
  const place = (t: Tensor, norm: string): Tensor => {
    const width = t.shape[1] as Dim;
    const normed = qkNorm ? rmsNorm(reshape(t, [-1, headDim]), own(norm), rmsEps) : t;
    const turned = rotary(reshape(normed, [-1, 1, width]), positions, cos, sin);
    return reshape(turned, [-1, width]);
  };
  return { q: place(q, 'qNorm'), k: place(k, 'kNorm'), v };
}
