/** Model folders in Hugging Face layout: weights and config in, weights, config and tokenizer files out. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { writeFolderAtomic, writeJsonAtomic } from '../core/files.js';
import { toHfConfig, type DecoderConfig } from './hf-config.js';
import { paramSpecs, partViews, sizeOf, type Params } from './parameters.js';
import { SafetensorsReader } from './safetensors.js';
import { writeSafetensors } from './safetensors-writer.js';

/** Files that make up a tokenizer in a Hugging Face folder; those that exist are copied beside new weights. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
] as const;

/** What {@link saveCheckpoint} writes. */
export interface Checkpoint {
  config: DecoderConfig;
  params: Params;
  /** Folder whose tokenizer files are copied along. */
  tokenizerFrom?: string;
}

/**
 * Weights of a Hugging Face folder as the engine's fused parameters. Each tensor is read straight into its place.
 * Throws `model` naming file and tensor where one is missing, of another shape, or has no place in the config.
 */
export async function loadParams(folder: string, config: DecoderConfig): Promise<Params> {
  const reader = await SafetensorsReader.open(folder);
  try {
    const specs = paramSpecs(config);
    refuseStrangers(reader, new Set(specs.flatMap((spec) => spec.parts.map((part) => part.hfName))), config);
    const params: Params = new Map();
    for (const spec of specs) {
      const data = new Float32Array(sizeOf(spec.shape));
      for (const { part, data: view } of partViews(spec, data)) await reader.readInto(part.hfName, part.shape, view);
      params.set(spec.name, data);
    }
    return params;
  } finally {
    await reader.close();
  }
}

/** Writes a folder that Transformers opens: whole or absent, even if the process dies. */
export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  await writeFolderAtomic(folder, (temporary) => writeCheckpoint(temporary, checkpoint));
}

/** The same into a folder that the caller fills further and makes atomic. */
export async function writeCheckpoint(folder: string, { config, params, tokenizerFrom }: Checkpoint): Promise<void> {
  await mkdir(folder, { recursive: true });
  const tensors = paramSpecs(config).flatMap((spec) => {
    const data = params.get(spec.name);
    if (data?.length !== sizeOf(spec.shape)) {
      throw new RaRftError({
        code: 'model',
        message: `parameter ${spec.name} has ${data?.length ?? 'no'} elements`,
        where: spec.name,
        expected: `${sizeOf(spec.shape)} elements, shape [${spec.shape.join(', ')}]`,
      });
    }
    return partViews(spec, data).map(({ part, data: view }) => ({ name: part.hfName, shape: part.shape, data: view }));
  });
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, config.dtype);
  await writeJsonAtomic(join(folder, 'config.json'), toHfConfig(config));
  await writeJsonAtomic(join(folder, 'generation_config.json'), generationConfig(config));
  if (tokenizerFrom !== undefined) await copyTokenizer(tokenizerFrom, folder);
}

/** Copies the tokenizer files that `from` has. */
export async function copyTokenizer(from: string, to: string): Promise<void> {
  for (const file of TOKENIZER_FILES) {
    await copyFile(join(from, file), join(to, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

function generationConfig({ bosId, eosIds, padId }: DecoderConfig): Record<string, unknown> {
  return {
    ...(bosId === undefined ? {} : { bos_token_id: bosId }),
    ...(eosIds.length === 0 ? {} : { eos_token_id: eosIds.length === 1 ? eosIds[0] : eosIds }),
    ...(padId === undefined ? {} : { pad_token_id: padId }),
  };
}

/** A tensor without a place means that config.json is of another model; computing without it would be silently wrong. */
function refuseStrangers(reader: SafetensorsReader, known: Set<string>, config: DecoderConfig): void {
  const harmless = (name: string) => name.endsWith('rotary_emb.inv_freq') || (config.tied && name === 'lm_head.weight');
  const stranger = reader.names().find((name) => !known.has(name) && !harmless(name));
  if (stranger === undefined) return;
  throw new RaRftError({
    code: 'model',
    message: `tensor ${stranger} has no place in a ${config.architecture} model of this config`,
    where: `${reader.source}: ${stranger}`,
    expected: `the ${known.size} tensors that config.json asks for`,
    hint: 'The weights may be of another model than config.json.',
  });
}
