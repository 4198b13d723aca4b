/** The small encoder as a tensor graph. */
import {
  add,
  conv1dSame,
  cumsum,
  cast,
  div,
  embedding,
  l2Normalize,
  linear,
  matmul,
  maximum,
  mul,
  reshape,
  rmsNorm,
  rotary,
  silu,
  slice,
  softmax,
  split,
  sub,
  sum,
  swiglu,
  transpose,
  unsqueeze,
  type Dim,
  type Graph,
  type Tensor,
} from '../../tensor/index.js';
import { NEVER } from './self-attention.js';
import { ffnWidth, smallParams, type SmallEncoderConfig } from './small-config.js';
import type { EncoderArchitecture, EncoderTensors } from './types.js';

const NORM_EPSILON = 1e-6;
const ROPE_BASE = 10_000;

export function smallArchitecture(config: SmallEncoderConfig): EncoderArchitecture {
  const { vocab, maxTokens, dim, head } = config;
  return {
    vocab,
    maxTokens,
    dim,
    head,
    params: smallParams(config),
    vectors: (params, { ids, attended }) => encodeTokens(config, params, ids, attended),
  };
}

/**
 * Vectors of texts: ids int64 [B, T] and mask float32 [B, T] (1 at tokens, 0 at padding after them) give unit vectors
 * [B, T, dim], or [B, 1, dim] with the single-vector head. What stands at padding has no influence on the tokens; the
 * vectors at padding mean nothing. Two calls on one graph (queries, documents) share the weights.
 */
function encodeTokens(config: SmallEncoderConfig, params: EncoderTensors, ids: Tensor, mask: Tensor): Tensor {
  const param = (name: string) => params.get(name) as Tensor;
  const column = unsqueeze(mask, 2);
  let x = embedding(param('embed'), ids, config.trainEmbeddings ? {} : { gradient: 'none' });
  for (let i = 0; i < config.convLayers; i++) {
    // Padding is set to zero before every convolution, so that a text's end looks the same with and without padding.
    const y = silu(
      conv1dSame(mul(x, column), param(`conv.${i}.weight`), config.convWidth, { bias: param(`conv.${i}.bias`) }),
    );
    x = i === 0 ? y : add(x, y);
  }
  if (config.transformerLayers > 0) {
    const attend = attention(config, mask);
    for (let i = 0; i < config.transformerLayers; i++) x = transformerLayer(config, params, `layers.${i}`, x, attend);
    x = rmsNorm(x, param('norm'), NORM_EPSILON);
  }
  const vectors = linear(x, param('proj'));
  return l2Normalize(config.head === 'single-vector' ? meanOverTokens(vectors, mask) : vectors);
}

/** Mean over the tokens of each text: [B, T, dim] to [B, 1, dim]. A text without tokens gives zeros. */
function meanOverTokens(vectors: Tensor, mask: Tensor): Tensor {
  const column = unsqueeze(mask, 2);
  return div(sum(mul(vectors, column), 1, true), maximum(sum(column, 1, true), 1));
}

type Attend = (qkv: Tensor) => Tensor;

/** Pre-normalised bidirectional layer: attention, then a gated feed-forward part, each added to its input. */
function transformerLayer(
  config: SmallEncoderConfig,
  params: EncoderTensors,
  at: string,
  x: Tensor,
  attend: Attend,
): Tensor {
  const param = (name: string) => params.get(`${at}.${name}`) as Tensor;
  const mixed = attend(linear(rmsNorm(x, param('attentionNorm'), NORM_EPSILON), param('qkv')));
  const middle = linear(mixed, param('o'), { residual: x });
  const [gate, up] = split(linear(rmsNorm(middle, param('ffnNorm'), NORM_EPSILON), param('gateUp')), 2, [
    ffnWidth(config),
    ffnWidth(config),
  ]);
  return linear(swiglu(gate as Tensor, up as Tensor), param('down'), { residual: middle });
}

/** Attention over all tokens of a text, with rotary positions: qkv [B, T, 3 hidden] to [B, T, hidden]. */
function attention(config: SmallEncoderConfig, mask: Tensor): Attend {
  const { hidden, heads } = config;
  const headDim = hidden / heads;
  const [batch, time] = mask.shape as [Dim, Dim];
  const { cos, sin } = rotaryTables(mask.graph, config.maxTokens, headDim);
  const positions = cumsum(cast(mask, 'int64'), 1, { exclusive: true });
  const bias = mul(unsqueeze(sub(1, mask), [1, 2]), NEVER);
  return (qkv) => {
    const part = (i: number) =>
      transpose(reshape(slice(qkv, 2, i * hidden, (i + 1) * hidden), [batch, time, heads, headDim]), [0, 2, 1, 3]);
    const query = rotary(part(0), positions, cos, sin);
    const key = rotary(part(1), positions, cos, sin);
    const weights = softmax(add(matmul(query, key, { transB: true, alpha: 1 / Math.sqrt(headDim) }), bias), -1);
    return reshape(transpose(matmul(weights, part(2)), [0, 2, 1, 3]), [batch, time, hidden]);
  };
}

function rotaryTables(graph: Graph, positions: number, headDim: number): { cos: Tensor; sin: Tensor } {
  const half = headDim / 2;
  const angle = (i: number) => Math.floor(i / half) * ROPE_BASE ** -((i % half) / half);
  const table = (f: (x: number) => number) =>
    graph.constant(
      Float32Array.from({ length: positions * half }, (_, i) => f(angle(i))),
      [positions, half],
    );
  return { cos: table(Math.cos), sin: table(Math.sin) };
}
