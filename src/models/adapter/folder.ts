/** Adapters as folders in the layout of PEFT: adapter_config.json and adapter_model.safetensors, for a base model that is named. */
import { isAbsolute, join, resolve } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { writeJsonAtomic } from '../../core/files.js';
import { exists } from '../../core/missing.js';
import { ConfigReader, readJsonObject } from '../config-reader.js';
import type { DecoderConfig } from '../hf-config.js';
import { sizeOf, type Params } from '../parameters.js';
import { SafetensorsReader } from '../safetensors.js';
import { writeSafetensors } from '../safetensors-writer.js';
import { allParts, factorSpecs, nameOf, type AdapterPart, type LoraScaling } from './parts.js';

/** An adapter in memory. */
export interface Adapter extends LoraScaling {
  parts: readonly AdapterPart[];
  /** A and B of every part, by their names. */
  factors: ReadonlyMap<string, Float32Array>;
}

const CONFIG = 'adapter_config.json';
const WEIGHTS = 'adapter_model.safetensors';

/** Settings of PEFT that compute something else than one change of one rank and scale a weight. */
const ANOTHER_KIND = [
  'rank_pattern',
  'alpha_pattern',
  'modules_to_save',
  'trainable_token_indices',
  'alora_invocation_tokens',
  'layer_replication',
  'kasa_config',
  'arrow_config',
];

export function isAdapterFolder(folder: string): Promise<boolean> {
  return exists(join(folder, CONFIG));
}

/** Scaling and base model of an adapter's folder. Throws `model` with file and key where it is not one that can be computed with. */
export async function readAdapterConfig(folder: string): Promise<LoraScaling & { base: string }> {
  const file = join(folder, CONFIG);
  const raw = (await readJsonObject(file, true)) ?? {};
  const reader = new ConfigReader(raw, file);
  if (raw['peft_type'] !== 'LORA') {
    throw reader.error('peft_type', `adapters of type ${JSON.stringify(raw['peft_type'])} are not supported`, 'LORA');
  }
  for (const key of Object.keys(raw)) {
    const changesIt = /^use_(?!rslora$)|^(fan_in_fan_out|lora_bias)$/.test(key);
    if (changesIt && raw[key] === true) throw reader.error(key, `${key} is not supported`, 'false');
  }
  for (const key of ANOTHER_KIND) {
    if (Object.keys(raw[key] ?? {}).length > 0) throw reader.error(key, `${key} is not supported`, 'null');
  }
  const bias = raw['bias'] ?? 'none';
  if (bias !== 'none') throw reader.error('bias', `trained biases (${JSON.stringify(bias)}) are not supported`, 'none');
  const init = raw['init_lora_weights'];
  if (typeof init === 'string' && /^(pissa|olora|corda|loftq)/.test(init)) {
    throw reader.error('init_lora_weights', `${init} changes the base model too`, 'true, false or gaussian');
  }
  const base = raw['base_model_name_or_path'];
  return {
    rank: reader.integer('r'),
    alpha: reader.number('lora_alpha'),
    rsLora: reader.boolean('use_rslora', false),
    base: typeof base === 'string' ? base : '',
  };
}

/**
 * Folder of the base model that an adapter names; a path that is not absolute counts from the adapter's folder, else from the
 * working directory. Throws `model` where there is none.
 */
export async function baseFolderOf(folder: string, base: string): Promise<string> {
  const places = isAbsolute(base) ? [base] : base === '' ? [] : [resolve(folder, base), resolve(base)];
  for (const place of places) if (await exists(join(place, 'config.json'))) return place;
  throw new RaRftError({
    code: 'model',
    message: `there is no base model ${JSON.stringify(base)}`,
    where: `${join(folder, CONFIG)}: base_model_name_or_path`,
    expected: 'the folder of the model that the adapter was trained on',
    hint: 'Name it: `ra-rft model merge ADAPTER --base FOLDER --out DIR`. `ra-rft model import OWNER/NAME --out FOLDER` fetches one from the Hub.',
  });
}

/** Reads the factors of an adapter for a base model of this config. Throws `model` where one does not fit it, with tensor and shapes. */
export async function readAdapter(folder: string, config: DecoderConfig): Promise<Adapter> {
  const { base: _base, ...scaling } = await readAdapterConfig(folder);
  const reader = await SafetensorsReader.open(join(folder, WEIGHTS));
  try {
    const parts = allParts(config).filter(({ a, b }) => reader.has(a) || reader.has(b));
    const known = new Set(parts.flatMap(({ a, b }) => [a, b]));
    const stranger = reader.names().find((name) => !known.has(name)) ?? (parts.length === 0 ? 'lora_A' : undefined);
    if (stranger !== undefined) {
      throw new RaRftError({
        code: 'model',
        message: `tensor ${stranger} changes no weight of the base model`,
        where: `${join(folder, WEIGHTS)}: ${stranger}`,
        expected: `pairs such as ${allParts(config)[0]!.a} and lora_B`,
        hint: 'The adapter may be of another model; those of embeddings and head are not supported.',
      });
    }
    const factors: Params = new Map();
    for (const { name, shape } of factorSpecs(parts, scaling.rank)) {
      const data = new Float32Array(sizeOf(shape));
      await reader.readInto(name, shape, data);
      factors.set(name, data);
    }
    return { ...scaling, parts, factors };
  } finally {
    await reader.close();
  }
}

/** Writes an adapter's files into a folder that the caller makes atomic. `base`: folder of the model that it changes. */
export async function writeAdapter(
  folder: string,
  { rank, alpha, rsLora, parts, factors }: Adapter,
  { base, config }: { base: string; config: DecoderConfig },
): Promise<void> {
  const tensors = factorSpecs(parts, rank).map(({ name, shape }) => ({ name, shape, data: factors.get(name)! }));
  await writeSafetensors(join(folder, WEIGHTS), tensors, 'float32');
  await writeJsonAtomic(join(folder, CONFIG), {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: alpha,
    use_rslora: rsLora,
    target_modules: targetModules(parts, config),
    lora_dropout: 0,
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    modules_to_save: null,
    inference_mode: true,
  });
}

/** Short names where every weight of a name is changed, else the modules in full: PEFT takes both. */
function targetModules(parts: readonly AdapterPart[], config: DecoderConfig): string[] {
  const count = (of: readonly AdapterPart[], name: string) => of.filter(({ module }) => nameOf(module) === name).length;
  const all = allParts(config);
  const names = [...new Set(parts.map(({ module }) => nameOf(module)))];
  const whole = names.every((name) => count(parts, name) === count(all, name));
  return whole ? names : parts.map(({ module }) => module);
}
