/**
 * Encoders in a folder of Hugging Face layout: config.json, model.safetensors and the tokenizer's files; beside them, where the head is one
 * of modules, modules.json and their folders.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { canonicalJson } from '../../core/hash.js';
import { writeJsonAtomic } from '../../core/files.js';
import { writeTokenizerFiles, type TokenizerBytes } from '../checkpoint.js';
import { readJsonObject } from '../config-reader.js';
import { partViews, sizeOf, type Params, type ParamSpec } from '../parameters.js';
import { SafetensorsReader } from '../safetensors.js';
import { writeSafetensors } from '../safetensors-writer.js';
import { architectureOf, parseEncoderJson, toEncoderJson, type EncoderConfig } from './config.js';
import type { HeadConfig } from './head.js';
import { MODULES_FILE, readModules, writeModules, type HeadModules } from './modules.js';
import type { EncoderArchitecture } from './types.js';

/** What says how texts become tokens, beside the tokenizer (sentence-transformers, PyLate): prompts, and the longest text. */
export const TEXT_FORM_FILES = ['config_sentence_transformers.json', 'sentence_bert_config.json'] as const;

export interface EncoderCheckpoint {
  config: EncoderConfig;
  params: Params;
}

/** An encoder as it was read. */
export interface EncoderOnDisk extends EncoderCheckpoint {
  /** Tensors of the file that vectors do without (heads of other tasks). */
  ignored: readonly string[];
  /** The head's modules; undefined where the folder has none, and hidden states are what comes out. */
  modules: HeadModules | undefined;
}

/** Parameters of the dense layers of a head, which have files of their own. */
/** Whether a parameter stands above the hidden states. */
export const isDense = ({ name }: Pick<ParamSpec, 'name'>) => name.startsWith('dense.');

/** What config.json of a folder says, with a head above it. Throws `model` with file and key where it is of no encoder that is known. */
export async function readEncoderConfig(
  folder: string,
  head: HeadConfig = { pooling: 'token', dense: [] },
): Promise<EncoderConfig> {
  const file = join(folder, 'config.json');
  return parseEncoderJson((await readJsonObject(file, true))!, file, head);
}

/** Writes config, weights and the tokenizer's files into `folder`, which the caller makes atomic. */
export async function writeEncoder(
  folder: string,
  { config, params }: EncoderCheckpoint,
  tokenizer: TokenizerBytes,
): Promise<void> {
  const specs = architectureOf(config).params;
  const tensors = specs
    .filter((spec) => !isDense(spec))
    .flatMap((spec) =>
      partViews(spec, params.get(spec.name)!).map(({ part, data }) => ({ name: part.hfName, shape: part.shape, data })),
    );
  // The retriever's own hash is of all its weights in their order.
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, 'float32', { checksums: false });
  await writeJsonAtomic(join(folder, 'config.json'), toEncoderJson(config));
  if (config.kind !== 'small') {
    const dense = specs.filter(isDense).map(({ name }) => params.get(name)!);
    await writeModules(folder, { head: config.head, dense }, config.hidden);
  }
  await writeTokenizerFiles(folder, tokenizer);
}

/**
 * Reads an encoder, one of this project or any other of its architectures. Throws `model` with file and key or tensor where it is damaged or
 * of another kind, `not-finite` where a weight is NaN or infinite.
 */
export async function readEncoder(folder: string): Promise<EncoderOnDisk> {
  const modules = await readModules(folder);
  const config = await readEncoderConfig(folder, modules?.head);
  const net = architectureOf(config);
  const reader = await SafetensorsReader.open(folder);
  try {
    const { params, ignored } = await readBody(reader, net, config.kind);
    for (const [i, spec] of net.params.filter(isDense).entries()) {
      params.set(spec.name, fitting(modules!.dense[i]!, spec, folder));
    }
    return { config, params, ignored, modules };
  } finally {
    await reader.close();
  }
}

/** The parameters below the head. Throws `model` at a tensor that has no place in the architecture. */
export async function readBody(
  reader: SafetensorsReader,
  { params: specs, checkpoint }: Pick<EncoderArchitecture, 'params' | 'checkpoint'>,
  kind: string,
): Promise<{ params: Params; ignored: string[] }> {
  const body = specs.filter((spec) => !isDense(spec));
  const names = new Set(body.flatMap((spec) => spec.parts.map(({ hfName }) => hfName)));
  const rename = checkpoint?.rename ?? ((name: string) => name);
  const found = new Map<string, string>();
  const ignored: string[] = [];
  for (const name of reader.names()) {
    const own = rename(name);
    if (names.has(own) && !found.has(own)) found.set(own, name);
    else if (!checkpoint || checkpoint.extras.test(own)) ignored.push(name);
    else throw stranger(reader, name, kind, names.size);
  }
  const params: Params = new Map();
  for (const spec of body) {
    const data = new Float32Array(sizeOf(spec.shape));
    for (const { part, data: view } of partViews(spec, data))
      await reader.readInto(found.get(part.hfName) ?? part.hfName, part.shape, view);
    params.set(spec.name, data);
  }
  return { params, ignored };
}

function stranger({ source }: SafetensorsReader, name: string, kind: string, tensors: number): RaRftError {
  return new RaRftError({
    code: 'model',
    message: `tensor ${name} has no place in an encoder of kind ${kind} with this config`,
    where: `${source}: ${name}`,
    expected: `the ${tensors} tensors that config.json asks for`,
    hint: 'The weights may be of another model than config.json.',
  });
}

function fitting(weight: Float32Array, { name, shape }: ParamSpec, folder: string): Float32Array {
  if (weight.length === sizeOf(shape)) return weight;
  throw new RaRftError({
    code: 'model',
    message: `a dense layer of ${weight.length} weights does not stand on the hidden states`,
    where: `${join(folder, MODULES_FILE)}: ${name}`,
    expected: `a weight of shape [${shape.join(', ')}]`,
  });
}

/** 16 hex digits that stand for config, weights and tokenizer: what an index was made with. */
export function encoderHash({ config, params }: EncoderCheckpoint, tokenizer: TokenizerBytes): string {
  const hash = createHash('sha256').update(canonicalJson(config));
  for (const { name } of architectureOf(config).params) {
    const data = params.get(name)!;
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  for (const [name, bytes] of [...tokenizer].toSorted(([a], [b]) => (a < b ? -1 : 1))) hash.update(name).update(bytes);
  return hash.digest('hex').slice(0, 16);
}
