/** BERT as a tensor graph: learned positions, post-norm layers, all tokens of type 0. */
import {
  add,
  embedding,
  expand,
  gather,
  gelu,
  layerNorm,
  linear,
  reshape,
  slice,
  type Dim,
  type Tensor,
} from '../../tensor/index.js';
import { bertParams, type BertConfig } from './bert-config.js';
import { applyHead } from './head.js';
import { hubArchitecture } from './hub-config.js';
import { globalMask, selfAttention, tokenPositions } from './self-attention.js';
import { fromRows, idRows, toRows, type TokenRows } from './token-rows.js';
import type { EncoderArchitecture, EncoderInputs, EncoderTensors } from './types.js';

export function bertArchitecture(config: BertConfig): EncoderArchitecture {
  return {
    ...hubArchitecture(config, bertParams(config)),
    packs: true,
    vectors: (params, inputs) => applyHead(config.head, params, bertHidden(config, params, inputs), inputs.attended),
    checkpoint: { rename: plainName, extras: /^(pooler|cls)\.|position_ids$/ },
  };
}

/** Without the name of the body (BertForMaskedLM), and with the norms' names of today: BERT's first checkpoints have gamma and beta. */
function plainName(name: string): string {
  return name
    .replace(/^bert\./, '')
    .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight')
    .replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
}

/** Hidden states of the last layer, [B, T, hidden]. */
function bertHidden(config: BertConfig, params: EncoderTensors, { ids, attended, where }: EncoderInputs): Tensor {
  const tokens = where as TokenRows;
  const [batch, time] = attended.shape as [Dim, Dim];
  const { layers, heads, hidden, normEpsilon, trainEmbeddings } = config;
  const param = (name: string) => params.get(name) as Tensor;
  const norm = (x: Tensor, name: string) => layerNorm(x, param(name), param(`${name}Bias`), normEpsilon);
  const product = (x: Tensor, name: string, residual?: Tensor) =>
    linear(x, param(name), { bias: param(`${name}Bias`), ...(residual && { residual }) });
  const words = embedding(param('embed'), idRows(ids, tokens), trainEmbeddings ? {} : { gradient: 'none' });
  // Positions are those of the first text: all count from 0.
  const row = reshape(slice(tokenPositions(attended), 0, 0, 1), [time]);
  const first = gather(param('positions'), row, 0, { unique: true });
  const places = toRows(expand(reshape(first, [1, time, hidden]), [batch, time, hidden]), tokens);
  const mask = globalMask(attended);
  let x = norm(add(add(words, places), reshape(slice(param('types'), 0, 0, 1), [hidden])), 'embedNorm');
  for (let i = 0; i < layers; i++) {
    const at = `layers.${i}`;
    const mixed = selfAttention(fromRows(product(x, `${at}.qkv`), tokens), heads, mask);
    x = norm(product(toRows(mixed, tokens), `${at}.o`, x), `${at}.attentionNorm`);
    x = norm(product(gelu(product(x, `${at}.up`)), `${at}.down`, x), `${at}.ffnNorm`);
  }
  return fromRows(x, tokens);
}
