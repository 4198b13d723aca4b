import { expect, it } from 'vitest';
import type { DecoderConfig } from '../../models/hf-config.js';
import { policyEncoderOf, type PolicyEncoderShape } from './policy-encoder.js';

const decoder: DecoderConfig = {
  architecture: 'qwen3',
  hidden: 8,
  layers: 28,
  heads: 2,
  kvHeads: 1,
  headDim: 4,
  ffn: 16,
  vocab: 20,
  ropeTheta: 1e4,
  rmsEps: 1e-6,
  tied: true,
  qkvBias: false,
  qkNorm: true,
  maxPosition: 64,
  eosIds: [],
  dtype: 'float32',
};
const shape: PolicyEncoderShape = {
  layer: 'quarter',
  head: { pooling: 'token', dense: [4] },
  attention: 'causal',
  maxTokens: 64,
  lora: null,
  trainEmbeddings: false,
  frozenLayers: 'all',
};

it.each([
  [1, 1, 1, 1],
  [4, 1, 2, 4],
  [5, 2, 3, 5],
  [28, 7, 14, 28],
])('takes a quarter, half or all of %i layers, rounded up', (layers, quarter, middle, last) => {
  const taken = (layer: PolicyEncoderShape['layer']) =>
    policyEncoderOf({ ...decoder, layers }, { ...shape, layer }, 'policy').layers;
  expect([taken('quarter'), taken('middle'), taken('last')]).toEqual([quarter, middle, last]);
});
