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
import type { EncoderArchitecture, EncoderInputs, EncoderTensors } from './types.js';

/** Added to attention scores where nothing may be seen: e^-1e9 is 0 in float32. */
const NEVER = -1e9;

export function decoderArchitecture(config: DecoderEncoderConfig): EncoderArchitecture {
  const { decoder, maxTokens } = config;
  return {
    vocab: decoder.vocab,
    maxTokens,
    dim: headDim(config, decoder.hidden),
    head: headKind(config),
    params: decoderEncoderParams(config),
    vectors: (params, inputs) => applyHead(config, params, hiddenStates(config, params, inputs), inputs.attended),
  };
}

/** Hidden states [B, T, hidden] above the config's last layer. */
function hiddenStates(config: DecoderEncoderConfig, params: EncoderTensors, { ids, attended }: EncoderInputs): Tensor {
  const { decoder, train } = config;
  const [batch, time] = ids.shape as [Dim, Dim];
  const rows = mulDims(batch, time);
  const gradient = train.kind === 'full' && train.embeddings ? 'scatter' : 'none';
  const embedded = embedding(params.get('embed') as Tensor, reshape(ids, [rows]), { gradient });
  const places = cumsum(add(mul(attended, 0), 1), 1, { exclusive: true });
  const lora = loraOf(config);
  const x = decodeLayers(
    decoder,
    params,
    embedded,
    positions(config, places, rows),
    paddedAttention(config, places, attended),
    lora && adapterProject(params, params, lora, { merge: true }),
  );
  return reshape(config.finalNorm ? finalNorm(decoder, params, x) : x, [batch, time, decoder.hidden]);
}

/** A token's position is its place in the text, whether others attend to it or not. */
function positions({ decoder, maxTokens }: DecoderEncoderConfig, places: Tensor, rows: Dim): RowPositions {
  const { headDim } = decoder;
  const { cos, sin } = ropeTables(decoder, headDim, maxTokens);
  const table = (values: Float32Array) => places.graph.constant(values, [maxTokens, headDim / 2]);
  return { positions: reshape(cast(places, 'int64'), [rows, 1]), cos: table(cos), sin: table(sin) };
}

/** Attention of texts that stand padded below each other. Padding is seen by none: it stands behind, and is masked too. */
function paddedAttention(
  { decoder, attention: sight }: DecoderEncoderConfig,
  places: Tensor,
  attended: Tensor,
): RowAttention {
  const { heads, kvHeads, headDim } = decoder;
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
