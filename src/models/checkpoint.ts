/** Model folders in Hugging Face layout: weights and config in, weights, config and tokenizer files out. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { writeFolderAtomic, writeJsonAtomic } from '../core/files.js';
import { ignoreMissing } from '../core/missing.js';
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
  params: ReadonlyMap<string, Float32Array>;
  /** Folder whose tokenizer files are copied along. */
  tokenizerFrom?: string;
}

/**
 * Weights of a Hugging Face folder as the engine's fused parameters. Each tensor is read straight into its place.
 * Throws `model` naming file and tensor where one is missing, of another shape, or has no place in the config; `not-finite`
 * where a number is NaN or infinite.
 */
export async function loadParams(folder: string, config: DecoderConfig): Promise<Params> {
  const params: Params = new Map();
  await readParams(folder, config, (name, data) => params.set(name, data));
  return params;
}

/** Throws what {@link loadParams} throws, and keeps no more than a parameter in memory. */
export function checkWeights(folder: string, config: DecoderConfig): Promise<void> {
  return readParams(folder, config, () => {});
}

async function readParams(
  folder: string,
  config: DecoderConfig,
  take: (name: string, data: Float32Array) => void,
): Promise<void> {
  const reader = await SafetensorsReader.open(folder);
  try {
    const specs = paramSpecs(config);
    refuseStrangers(reader, new Set(specs.flatMap((spec) => spec.parts.map((part) => part.hfName))), config);
    for (const spec of specs) {
      const data = new Float32Array(sizeOf(spec.shape));
      for (const { part, data: view } of partViews(spec, data)) await reader.readInto(part.hfName, part.shape, view);
      if (spec.name === 'embed') await refuseOtherHead(reader, config, data);
      take(spec.name, data);
    }
  } finally {
    await reader.close();
  }
}

const HEAD = 'lm_head.weight';

/** A tied head may stand in the file once more, but not with other numbers: libraries differ in which they then compute with. */
async function refuseOtherHead(
  reader: SafetensorsReader,
  { tied, vocab, hidden }: DecoderConfig,
  embeddings: Float32Array,
): Promise<void> {
  if (!tied || !reader.has(HEAD)) return;
  const head = new Float32Array(embeddings.length);
  await reader.readInto(HEAD, [vocab, hidden], head);
  const at = head.findIndex((value, i) => value !== embeddings[i]);
  if (at < 0) return;
  throw new RaRftError({
    code: 'model',
    message: `config.json ties the output head to the embeddings, but ${HEAD} differs from them (row ${Math.floor(at / hidden)}: ${head[at]} against ${embeddings[at]})`,
    where: `${reader.info(HEAD).file}: ${HEAD}`,
    expected: `no ${HEAD}, or one equal to model.embed_tokens.weight`,
    hint: 'Transformers 5 computes with this head, Transformers 4 and inference servers with the embeddings. Set tie_word_embeddings to false in config.json to use it, or remove the tensor.',
  });
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

/** A tokenizer's files by name, as bytes. */
export type TokenizerBytes = ReadonlyMap<string, Uint8Array>;

/** The tokenizer files that a folder has. */
export async function readTokenizerFiles(folder: string): Promise<TokenizerBytes> {
  const files = new Map<string, Uint8Array>();
  for (const name of TOKENIZER_FILES) {
    const bytes = await readFile(join(folder, name)).catch(ignoreMissing);
    if (bytes) files.set(name, bytes);
  }
  return files;
}

export async function writeTokenizerFiles(folder: string, files: TokenizerBytes): Promise<void> {
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
}

/** Copies the tokenizer files that `from` has. */
export async function copyTokenizer(from: string, to: string): Promise<void> {
  await writeTokenizerFiles(to, await readTokenizerFiles(from));
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
  const harmless = (name: string) => name.endsWith('rotary_emb.inv_freq') || (config.tied && name === HEAD);
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
