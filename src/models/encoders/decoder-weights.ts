/** A decoder's encoder from the folder of a model, and its adapter merged when it is trained. */
import type { Rng } from '../../core/rng.js';
import { compile } from '../../tensor/index.js';
import { readAdapter, type Adapter } from '../adapter/folder.js';
import { copyChanged, mergeGraph, mergeInto } from '../adapter/merge.js';
import { freshFactors } from '../adapter/parts.js';
import { readDecoderConfig } from '../hf-config.js';
import { sizeOf, type Params } from '../parameters.js';
import { SafetensorsReader } from '../safetensors.js';
import { decoderArchitecture } from './decoder.js';
import { decoderEncoderParams, loraOf, type DecoderEncoderConfig } from './decoder-config.js';
import { readBody, type EncoderCheckpoint } from './folder.js';
import { headParams } from './head.js';

/** Where a decoder's encoder comes from. */
export interface DecoderSource {
  /** Folder of a whole model. */
  folder: string;
  /** Folder of an adapter of that model, whose changes are merged. */
  adapter?: string | undefined;
}

/**
 * An encoder over a model, of which only the layers in use are read. Dense layers begin at random, normal with deviation
 * 1 / sqrt(inputs), and an adapter changes nothing yet. Throws `model` at a tensor that is missing, damaged or of another shape,
 * `not-finite` at NaN.
 */
export async function createDecoderEncoder(
  { folder, adapter }: DecoderSource,
  config: DecoderEncoderConfig,
  rng: Rng,
): Promise<EncoderCheckpoint> {
  const fresh = freshParams(config, rng);
  const { checkpoint, params: all } = decoderArchitecture(config);
  const reader = await SafetensorsReader.open(folder);
  try {
    const read = {
      params: all.filter(({ name }) => !fresh.has(name)),
      // Layers above the last in use are there too.
      checkpoint: { ...checkpoint!, extras: /^/ },
    };
    const params: Params = new Map([...(await readBody(reader, read, 'decoder')).params, ...fresh]);
    if (adapter === undefined) return { config, params };
    const changes = await readAdapter(adapter, await readDecoderConfig(folder));
    // Layers that are not computed were not read.
    const parts = changes.parts.filter(({ weight }) => params.has(weight));
    return { config, params: await merged(params, { ...changes, parts }) };
  } finally {
    await reader.close();
  }
}

function freshParams(config: DecoderEncoderConfig, rng: Rng): Params {
  const dense = headParams(config.head, config.hidden).map(({ name, shape }): [string, Float32Array] => {
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
  const all = await merged(params, { ...lora, factors: params });
  const plain: DecoderEncoderConfig = { ...config, lora: null };
  return { config: plain, params: new Map(decoderEncoderParams(plain).map(({ name }) => [name, all.get(name)!])) };
}

/** Parameters with an adapter's changes added; those that it does not change are shared. */
async function merged(params: Params, adapter: Adapter): Promise<Params> {
  // Here weights stand as graphs take them, not as checkpoints do.
  const parts = adapter.parts.map((part) => ({ ...part, param: part.weight, at: part.start * part.width }));
  const into = copyChanged(params, { parts });
  const program = await compile(mergeGraph());
  try {
    await mergeInto(into, params, { ...adapter, parts }, program);
  } finally {
    await program.dispose();
  }
  return into;
}
