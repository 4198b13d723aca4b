/** A fresh encoder above the token embeddings of a checkpoint. */
import { RaRftError } from '../../core/errors.js';
import { Rng } from '../../core/rng.js';
import type { EncoderCheckpoint } from '../../models/encoders/folder.js';
import { checkSmallConfig, freshSmallParams, type SmallEncoderConfig } from '../../models/encoders/small-config.js';
import { SafetensorsReader } from '../../models/safetensors.js';

/** Everything of an encoder's config that does not follow from the checkpoint. */
export type EncoderShape = Omit<SmallEncoderConfig, 'kind' | 'vocab' | 'embeddingDim'>;

/** The measured recipe of the embedded world, about 40k trained parameters at width 128. */
export const ENCODER_DEFAULTS: EncoderShape = {
  hidden: 96,
  convLayers: 1,
  convWidth: 3,
  transformerLayers: 0,
  heads: 4,
  maxTokens: 512,
  dim: 32,
  head: 'late-interaction',
  trainEmbeddings: false,
};

/** Names under which checkpoints keep their token embeddings. */
const EMBEDDING_NAMES = ['model.embed_tokens.weight', 'embeddings.tok_embeddings.weight', 'embed'];

/** An untrained encoder whose embedding table comes from the weights in `folder` (a Hugging Face model). Seeded. */
export async function createEncoder(
  folder: string,
  shape: Partial<EncoderShape>,
  seed: number,
): Promise<EncoderCheckpoint> {
  const reader = await SafetensorsReader.open(folder);
  try {
    const name = EMBEDDING_NAMES.find((n) => reader.has(n));
    if (name === undefined) {
      throw new RaRftError({
        code: 'model',
        message: 'the checkpoint has no token embeddings that are known by name',
        where: reader.source,
        expected: EMBEDDING_NAMES.join(', '),
      });
    }
    const table = await reader.read(name);
    const [vocab, embeddingDim] = table.shape as [number, number];
    const config = checkSmallConfig({ kind: 'small', ...ENCODER_DEFAULTS, ...shape, vocab, embeddingDim });
    return { config, params: freshSmallParams(config, table.data, Rng.fromSeed(seed).fork('encoder')) };
  } finally {
    await reader.close();
  }
}
