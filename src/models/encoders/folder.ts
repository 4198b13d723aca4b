/** Encoders in a folder of Hugging Face layout: config.json, model.safetensors and the tokenizer's files. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { canonicalJson } from '../../core/hash.js';
import { writeJsonAtomic } from '../../core/files.js';
import { copyTokenizer } from '../checkpoint.js';
import { readJsonObject } from '../config-reader.js';
import { partViews, sizeOf, type Params, type ParamSpec } from '../parameters.js';
import { SafetensorsReader } from '../safetensors.js';
import { writeSafetensors } from '../safetensors-writer.js';
import { architectureOf, parseEncoderJson, toEncoderJson, type EncoderConfig } from './config.js';

export interface EncoderCheckpoint {
  config: EncoderConfig;
  params: Params;
}

/** Writes config, weights and the tokenizer files of `tokenizerFrom` into `folder`, which the caller makes atomic. */
export async function writeEncoder(folder: string, encoder: EncoderCheckpoint, tokenizerFrom: string): Promise<void> {
  const tensors = architectureOf(encoder.config).params.flatMap((spec) =>
    partViews(spec, encoder.params.get(spec.name)!).map(({ part, data }) => ({
      name: part.hfName,
      shape: part.shape,
      data,
    })),
  );
  // The retriever's own hash is of all its weights in their order.
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, 'float32', { checksums: false });
  await writeJsonAtomic(join(folder, 'config.json'), toEncoderJson(encoder.config));
  await copyTokenizer(tokenizerFrom, folder);
}

/** Reads what {@link writeEncoder} wrote. Throws `model` with file and key or tensor where it is damaged. */
export async function readEncoder(folder: string): Promise<EncoderCheckpoint> {
  const file = join(folder, 'config.json');
  const config = parseEncoderJson((await readJsonObject(file, true))!, file);
  const reader = await SafetensorsReader.open(folder);
  try {
    return { config, params: await readEncoderParams(reader, architectureOf(config).params) };
  } finally {
    await reader.close();
  }
}

/** Reads parameters from their tensors, which may stand without the leading `model.` of models with an output head. */
export async function readEncoderParams(reader: SafetensorsReader, specs: readonly ParamSpec[]): Promise<Params> {
  const params: Params = new Map();
  for (const spec of specs) {
    const data = new Float32Array(sizeOf(spec.shape));
    for (const { part, data: view } of partViews(spec, data)) {
      const bare = part.hfName.replace(/^model\./, '');
      const isBare = !reader.has(part.hfName) && reader.has(bare);
      await reader.readInto(isBare ? bare : part.hfName, part.shape, view);
    }
    params.set(spec.name, data);
  }
  return params;
}

/** 16 hex digits that stand for config and weights: what an index was made with. */
export function encoderHash({ config, params }: EncoderCheckpoint): string {
  const hash = createHash('sha256').update(canonicalJson(config));
  for (const { name } of architectureOf(config).params) {
    const data = params.get(name)!;
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}
