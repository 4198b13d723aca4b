/** A tiny encoder and random token texts for tests. */
import { Rng } from '../../core/rng.js';
import { freshSmallParams, type SmallEncoderConfig } from '../../models/encoders/small-config.js';
import type { NetSetup } from '../encode/net/port.js';
import type { TokenText } from '../encode/token-text.js';

export const SMALL: SmallEncoderConfig = {
  kind: 'small',
  vocab: 23,
  embeddingDim: 6,
  hidden: 8,
  convLayers: 1,
  convWidth: 3,
  transformerLayers: 0,
  heads: 2,
  maxTokens: 32,
  dim: 5,
  head: 'late-interaction',
  trainEmbeddings: false,
};

export function smallSetup(changes: Partial<SmallEncoderConfig> = {}, setup: Partial<NetSetup> = {}): NetSetup {
  const config = { ...SMALL, ...changes };
  const rng = Rng.fromSeed(11);
  const table = Float32Array.from({ length: config.vocab * config.embeddingDim }, () => 0.02 * rng.normal());
  return {
    config,
    params: freshSmallParams(config, table, rng.fork('params')),
    scoring: 'mean',
    temperature: 0.5,
    threads: 1,
    ...setup,
  };
}

export function randomTexts(lengths: readonly number[], seed: number): TokenText[] {
  const rng = Rng.fromSeed(seed);
  return lengths.map((length) => ({ ids: Int32Array.from({ length }, () => rng.int(SMALL.vocab)) }));
}
