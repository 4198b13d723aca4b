/** A decoder as encoder, as a tensor graph: its layers are those of the policy's graphs, its attention is over padded texts. */
import {
  add,
  attention,
  cast,
  cumsum,
  embedding,
  minimum,
  mul,
  mulDims,
  relu,
  reshape,
  sub,
  transpose,
  unsqueeze,
  type Dim,
  type Tensor,
} from '../../tensor/index.js';
import { adapterProject } from '../adapter/graph.js';
import { decodeLayers, finalNorm, type RowAttention, type RowPositions } from '../decoder.js';
import { ropeTables } from '../hf-rope.js';
import { decoderEncoderParams, loraOf, type DecoderEncoderConfig } from './decoder-config.js';
import { applyHead, headDim, headKind } from './head.js';
import { NEVER } from './self-attention.js';
import type { EncoderArchitecture, EncoderInputs, EncoderTensors } from './types.js';

export function decoderArchitecture(config: DecoderEncoderConfig): EncoderArchitecture {
  const { vocab, maxTokens, head, hidden } = config;
  return {
    vocab,
    maxTokens,
    dim: headDim(head, hidden),
    head: headKind(head),
    params: decoderEncoderParams(config),
    vectors: (params, inputs) => applyHead(head, params, hiddenStates(config, params, inputs), inputs.attended),
    checkpoint: { rename: withModel, extras: /^lm_head\.weight$|rotary_emb\.inv_freq$/ },
  };
}

/** Embedders are saved without the leading `model.` of models with an output head. */
function withModel(name: string): string {
  return /^(layers|embed_tokens|norm)\./.test(name) ? `model.${name}` : name;
}

/** Hidden states [B, T, hidden] above the config's last layer. */
function hiddenStates(config: DecoderEncoderConfig, params: EncoderTensors, { ids, attended }: EncoderInputs): Tensor {
  const [batch, time] = ids.shape as [Dim, Dim];
  const rows = mulDims(batch, time);
  const table = params.get('embed') as Tensor;
  const embedded = embedding(table, reshape(ids, [rows]), config.trainEmbeddings ? {} : { gradient: 'none' });
  const places = cumsum(add(mul(attended, 0), 1), 1, { exclusive: true });
  const lora = loraOf(config);
  const x = decodeLayers(
    config,
    params,
    embedded,
    positions(config, places, rows),
    paddedAttention(config, places, attended),
    lora && adapterProject(params, params, lora, { merge: true }),
  );
  return reshape(config.finalNorm ? finalNorm(config, params, x) : x, [batch, time, config.hidden]);
}

/** A token's position is its place in the text, whether others attend to it or not. */
function positions(config: DecoderEncoderConfig, places: Tensor, rows: Dim): RowPositions {
  const { headDim, maxTokens } = config;
  const { cos, sin } = ropeTables(config, headDim, maxTokens);
  const table = (values: Float32Array) => places.graph.constant(values, [maxTokens, headDim / 2]);
  return { positions: reshape(cast(places, 'int64'), [rows, 1]), cos: table(cos), sin: table(sin) };
}

/** Attention of texts that stand padded below each other. Padding is seen by none: it stands behind, and is masked too. */
function paddedAttention(
  { heads, kvHeads, headDim, attention: sight }: DecoderEncoderConfig,
  places: Tensor,
  attended: Tensor,
): RowAttention {
  const [batch, time] = attended.shape as [Dim, Dim];
  const unseen = unsqueeze(sub(1, attended), 1);
  const later = minimum(relu(sub(unsqueeze(places, 1), unsqueeze(places, 2))), 1);
  const mask = mul(sight === 'causal' ? add(later, unseen) : add(mul(later, 0), unseen), NEVER);
  const byHead = (t: Tensor, count: number) => transpose(reshape(t, [batch, time, count, headDim]), [0, 2, 1, 3]);
  return {
    attend: (_, { q, k, v }) => {
      const part = { k: byHead(k, kvHeads), v: byHead(v, kvHeads), mask };
      const out = attention(byHead(q, heads), [part], 1 / Math.sqrt(headDim));
      return reshape(transpose(out, [0, 2, 1, 3]), [mulDims(batch, time), heads * headDim]);
    },
  };
}
