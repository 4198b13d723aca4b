/** Tiny random decoders of every architecture, for tests. */
import { Rng } from '../../core/rng.js';
import type { Architecture, DecoderConfig } from '../hf-config.js';
import { randomParams, type Params } from '../parameters.js';

/** Grouped-query attention (4 heads on 2), 2 layers, vocabulary of 24; Qwen3 is tied, the others are not. */
export function tinyConfig(architecture: Architecture, more: Partial<DecoderConfig> = {}): DecoderConfig {
  return {
    architecture,
    hidden: 16,
    layers: 2,
    heads: 4,
    kvHeads: 2,
    headDim: 6,
    ffn: 20,
    vocab: 24,
    ropeTheta: 10_000,
    rmsEps: 1e-6,
    tied: architecture === 'qwen3',
    qkvBias: architecture === 'qwen2',
    qkNorm: architecture === 'qwen3',
    maxPosition: 48,
    eosIds: [],
    dtype: 'float32',
    ...more,
  };
}

/** Weights large enough that the model has opinions; norms and biases are moved off their neutral values too. */
export function tinyParams(config: DecoderConfig, seed = 1): Params {
  const rng = Rng.fromSeed(seed);
  const params = randomParams(config, rng, { deviation: 0.3 });
  for (const [name, values] of params) {
    if (!/[nN]orm$|Bias$/.test(name)) continue;
    const stream = rng.fork(name);
    for (let i = 0; i < values.length; i++) values[i]! += 0.2 * stream.normal();
  }
  return params;
}
