/** The policy as encoder: hidden states above one of its layers, behind a projection. */
import { Rng } from '../../core/rng.js';
import { decoderEncoderOf, type DecoderEncoderConfig } from '../../models/encoders/decoder-config.js';
import { createDecoderEncoder, type DecoderSource } from '../../models/encoders/decoder-weights.js';
import type { EncoderCheckpoint } from '../../models/encoders/folder.js';
import { readDecoderConfig, type DecoderConfig } from '../../models/hf-config.js';

export interface PolicyEncoderShape extends Pick<
  DecoderEncoderConfig,
  'head' | 'attention' | 'maxTokens' | 'lora' | 'trainEmbeddings'
> {
  /** Layer whose hidden states are taken, from 1; `quarter` and `middle` are a quarter and half of them, rounded up. */
  layer: number | 'quarter' | 'middle' | 'last';
  /** Layers from below that training leaves as they are. */
  frozenLayers: number | 'all';
}

/** The encoder over a policy of this config. Throws `model` with `where` if there is no such layer, or texts are longer than the policy takes. */
export function policyEncoderOf(
  decoder: DecoderConfig,
  { layer, frozenLayers, ...shape }: PolicyEncoderShape,
  where: string,
): DecoderEncoderConfig {
  const { layers } = decoder;
  const named = { quarter: Math.ceil(layers / 4), middle: Math.ceil(layers / 2), last: layers };
  const taken = typeof layer === 'number' ? layer : named[layer];
  const frozen = frozenLayers === 'all' ? taken : frozenLayers;
  return decoderEncoderOf(decoder, { ...shape, layer: taken, frozenLayers: frozen }, where);
}

/**
 * The encoder over a policy before any training, with a projection drawn from the seed. Throws what {@link policyEncoderOf} does,
 * `model` where the policy is of an architecture that is not known or damaged, `not-finite` at NaN.
 */
export async function createPolicyEncoder(
  source: DecoderSource,
  shape: PolicyEncoderShape,
  seed: number,
): Promise<EncoderCheckpoint> {
  const config = policyEncoderOf(await readDecoderConfig(source.folder), shape, source.folder);
  return createDecoderEncoder(source, config, Rng.fromSeed(seed).fork('encoder'));
}
