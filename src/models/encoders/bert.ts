/** BERT, RoBERTa and MPNet as a tensor graph: learned positions, post-norm layers, all tokens of type 0. */
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
  sub,
  transpose,
  unsqueeze,
  type Dim,
  type Tensor,
} from '../../tensor/index.js';
import { bertParams, firstPosition, type BertConfig } from './bert-config.js';
import { applyHead } from './head.js';
import { hubArchitecture } from './hub-config.js';
import { globalMask, selfAttention, tokenPositions, type AttentionMask } from './self-attention.js';
import { fromRows, idRows, toRows, type TokenRows } from './token-rows.js';
import type { EncoderArchitecture, EncoderInputs, EncoderTensors } from './types.js';

export function bertArchitecture(config: BertConfig): EncoderArchitecture {
  return {
    ...hubArchitecture(config, bertParams(config)),
    packs: true,
    vectors: (params, inputs) => applyHead(config.head, params, bertHidden(config, params, inputs), inputs.attended),
    checkpoint: { rename: plainName, extras: /^(pooler|cls|lm_head)\.|position_ids$/ },
  };
}

/** Without the name of the body (as in BertForMaskedLM), and with the norms' names of today: BERT's first checkpoints have gamma and beta. */
function plainName(name: string): string {
  return name
    .replace(/^(bert|roberta|mpnet)\./, '')
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
  const first = gather(param('positions'), add(row, firstPosition(config)), 0, { unique: true });
  const places = toRows(expand(reshape(first, [1, time, hidden]), [batch, time, hidden]), tokens);
  const mask = withDistances(globalMask(attended), config, params, row);
  const placed = add(words, places);
  const typed = config.typeVocab === 0 ? placed : add(placed, reshape(slice(param('types'), 0, 0, 1), [hidden]));
  let x = norm(typed, 'embedNorm');
  for (let i = 0; i < layers; i++) {
    const at = `layers.${i}`;
    const mixed = selfAttention(fromRows(product(x, `${at}.qkv`), tokens), heads, mask);
    x = norm(product(toRows(mixed, tokens), `${at}.o`, x), `${at}.attentionNorm`);
    x = norm(product(gelu(product(x, `${at}.up`)), `${at}.down`, x), `${at}.ffnNorm`);
  }
  return fromRows(x, tokens);
}

/** The mask of every head, with what MPNet adds to its scores by how far two tokens are apart; `row`: positions [T]. */
function withDistances(mask: AttentionMask, config: BertConfig, params: EncoderTensors, row: Tensor): AttentionMask {
  const { distanceBuckets: buckets, maxTokens } = config;
  if (buckets === undefined) return mask;
  const apart = Array.from({ length: 2 * maxTokens - 1 }, (_, i) => distanceBucket(i + 1 - maxTokens, buckets));
  const bucketOf = row.graph.constant(apart, [apart.length], 'int64');
  const distances = add(sub(unsqueeze(row, 0), unsqueeze(row, 1)), maxTokens - 1);
  const added_TTH = gather(params.get('distances') as Tensor, gather(bucketOf, distances, 0), 0);
  return { bias: add(unsqueeze(mask.bias, 1), unsqueeze(transpose(added_TTH, [2, 0, 1]), 0)) };
}

/** Farthest distance with a bucket of its own kind; all beyond share the last. */
const FARTHEST = 128;

/**
 * Bucket of a key that stands `apart` places behind its query: a half of them for each direction, of each half again a half for one
 * distance each, the rest in logarithmic steps (T5; Raffel et al., 2020, section 2.1; MPNet has the same).
 */
export function distanceBucket(apart: number, buckets: number): number {
  const half = buckets / 2;
  const exact = half / 2;
  const far = Math.abs(apart);
  const from = apart > 0 ? half : 0;
  if (far < exact) return from + far;
  const steps = (Math.log(far / exact) / Math.log(FARTHEST / exact)) * (half - exact);
  return from + Math.min(half - 1, exact + Math.trunc(steps));
}
