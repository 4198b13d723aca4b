/** A decoder's encoder from the folder of a model, and its adapter merged when it is trained. */
import type { Rng } from '../../core/rng.js';
import { compile } from '../../tensor/index.js';
import { copyChanged, mergeGraph, mergeInto } from '../adapter/merge.js';
import { freshFactors } from '../adapter/parts.js';
import { readDecoderConfig } from '../hf-config.js';
import { sizeOf, type Params } from '../parameters.js';
import { SafetensorsReader } from '../safetensors.js';
import {
  decoderEncoderOf,
  decoderEncoderParams,
  loraOf,
  type DecoderEncoderConfig,
  type DecoderEncoderOptions,
} from './decoder-config.js';
import { readEncoderParams, type EncoderCheckpoint } from './folder.js';
import { headParams } from './head.js';

/**
 * The encoder over the model in `folder`, of which only the layers in use are read. Dense layers begin at random, normal with deviation
 * 1 / sqrt(inputs), and an adapter changes nothing yet. Throws `model` at another architecture, a layer beyond the model or a damaged
 * weight, `not-finite` at NaN.
 */
export async function createDecoderEncoder(
  folder: string,
  options: DecoderEncoderOptions,
  rng: Rng,
): Promise<EncoderCheckpoint & { config: DecoderEncoderConfig }> {
  const config = decoderEncoderOf(await readDecoderConfig(folder), options, folder);
  const fresh = freshParams(config, rng);
  const reader = await SafetensorsReader.open(folder);
  try {
    const read = decoderEncoderParams(config).filter(({ name }) => !fresh.has(name));
    return { config, params: new Map([...(await readEncoderParams(reader, read)), ...fresh]) };
  } finally {
    await reader.close();
  }
}

function freshParams(config: DecoderEncoderConfig, rng: Rng): Params {
  const dense = headParams(config, config.decoder.hidden).map(({ name, shape }): [string, Float32Array] => {
    const stream = rng.fork(name);
    const deviation = 1 / Math.sqrt(shape[1]!);
    return [name, Float32Array.from({ length: sizeOf(shape) }, () => deviation * stream.normal())];
  });
  const lora = loraOf(config);
  return new Map([...dense, ...(lora ? freshFactors(lora.parts, lora.rank, rng.fork('lora')) : [])]);
}

/** The encoder with its adapter's changes in the weights, as a plain one; one without an adapter as it is. */
export async function mergeEncoder(encoder: EncoderCheckpoint): Promise<EncoderCheckpoint> {
  const { config, params } = encoder;
  const lora = config.kind === 'decoder' ? loraOf(config) : undefined;
  if (config.kind !== 'decoder' || !lora) return encoder;
  // Here weights stand as graphs take them.
  const parts = lora.parts.map((part) => ({ ...part, param: part.weight, at: part.start * part.width }));
  const adapter = { ...lora, parts, factors: params };
  const merged = copyChanged(params, adapter);
  const program = await compile(mergeGraph());
  try {
    await mergeInto(merged, params, adapter, program);
  } finally {
    await program.dispose();
  }
  const plain: DecoderEncoderConfig = { ...config, train: { kind: 'projection' } };
  return { config: plain, params: new Map(decoderEncoderParams(plain).map(({ name }) => [name, merged.get(name)!])) };
}
