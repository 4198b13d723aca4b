/** BERT as a tensor graph: learned positions, post-norm layers, all tokens of type 0. */
import { add, embedding, gather, gelu, layerNorm, linear, reshape, slice, type Tensor } from '../../tensor/index.js';
import { bertParams, type BertConfig } from './bert-config.js';
import { applyHead } from './head.js';
import { hubArchitecture } from './hub-config.js';
import { globalMask, selfAttention, tokenPositions } from './self-attention.js';
import type { EncoderArchitecture, EncoderInputs, EncoderTensors } from './types.js';

export function bertArchitecture(config: BertConfig): EncoderArchitecture {
  return {
    ...hubArchitecture(config, bertParams(config)),
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
function bertHidden(config: BertConfig, params: EncoderTensors, { ids, attended }: EncoderInputs): Tensor {
  const { layers, heads, hidden, normEpsilon, trainEmbeddings } = config;
  const param = (name: string) => params.get(name) as Tensor;
  const norm = (x: Tensor, name: string) => layerNorm(x, param(name), param(`${name}Bias`), normEpsilon);
  const product = (x: Tensor, name: string, residual?: Tensor) =>
    linear(x, param(name), { bias: param(`${name}Bias`), ...(residual && { residual }) });
  const words = embedding(param('embed'), ids, trainEmbeddings ? {} : { gradient: 'none' });
  // Positions are those of the first text: all count from 0.
  const row = reshape(slice(tokenPositions(attended), 0, 0, 1), [attended.shape[1]!]);
  const places = gather(param('positions'), row, 0, { unique: true });
  const mask = globalMask(attended);
  let x = norm(add(add(words, places), reshape(slice(param('types'), 0, 0, 1), [hidden])), 'embedNorm');
  for (let i = 0; i < layers; i++) {
    const at = `layers.${i}`;
    const mixed = selfAttention(product(x, `${at}.qkv`), heads, mask);
    x = norm(product(mixed, `${at}.o`, x), `${at}.attentionNorm`);
    x = norm(product(gelu(product(x, `${at}.up`)), `${at}.down`, x), `${at}.ffnNorm`);
  }
  return x;
}
