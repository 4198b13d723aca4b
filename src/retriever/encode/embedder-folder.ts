/**
 * Embedders over decoders in the layout of Sentence Transformers, as Qwen3-Embedding is published: a decoder, pooling, unit vectors,
 * and an instruction before questions.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { Rng } from '../../core/rng.js';
import { ConfigReader, readJsonObject } from '../../models/config-reader.js';
import { decoderEncoderFromHf } from '../../models/encoders/decoder-config.js';
import { createDecoderEncoder } from '../../models/encoders/decoder-weights.js';
import type { Pooling } from '../../models/encoders/head.js';
import { Tokenizer } from '../../models/tokenizer.js';
import type { EncoderInMemory } from './open.js';
import { SPEC_DEFAULTS } from './spec.js';
import { PLAIN_FORM } from './text-form.js';

export interface EmbedderOptions {
  /** Put before every question; default: the folder's own prompt for queries. */
  queryPrefix?: string;
  /** Longer texts are cut; bounded by what the folder says. Default 512 and 1,024. */
  maxQueryTokens?: number;
  maxDocumentTokens?: number;
}

const POOLING_MODES: Readonly<Record<string, Pooling>> = {
  pooling_mode_lasttoken: 'last',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_cls_token: 'cls',
};

/**
 * Reads an embedder's folder; `startEncoder` makes it work. Throws `model` with file and key where it has a part that is not computed
 * here, is of an architecture that is not known, or is damaged; `not-finite` at NaN.
 */
export async function readEmbedder(folder: string, options: EmbedderOptions = {}): Promise<EncoderInMemory> {
  const { maxQueryTokens = 512, maxDocumentTokens = 1024 } = options;
  const pooling = await readPooling(folder);
  const file = join(folder, 'config.json');
  const json = (await readJsonObject(file, true))!;
  const limit = Math.min(decoderEncoderFromHf(json, file).maxTokens, await readLimit(folder));
  const [query, document] = [maxQueryTokens, maxDocumentTokens].map((tokens) => Math.min(tokens, limit));
  const config = decoderEncoderFromHf(json, file, { pooling, maxTokens: Math.max(query!, document!) });
  const prompts = await readPrompts(folder);
  const form = { ...PLAIN_FORM, special: true };
  return {
    // There are no dense layers, so nothing is drawn at random.
    encoder: await createDecoderEncoder({ folder }, config, Rng.fromSeed(0)),
    spec: {
      ...SPEC_DEFAULTS,
      query: { ...form, prefix: options.queryPrefix ?? prompts.query, maxTokens: query! },
      document: { ...form, prefix: prompts.document, maxTokens: document! },
    },
    tokenizer: await Tokenizer.load(folder),
  };
}

/** The pooling of modules.json, whose other parts may only be the model itself and unit vectors. */
async function readPooling(folder: string): Promise<Pooling> {
  const file = join(folder, 'modules.json');
  const modules = parseModules(await readFile(file, 'utf8').catch(() => ''), file);
  const last = (type: string) => type.slice(type.lastIndexOf('.') + 1);
  const other = modules.find(({ type }) => !['Transformer', 'Pooling', 'Normalize'].includes(last(type)));
  if (other) throw refuse(file, `a module ${other.type} is not supported`, 'Transformer, Pooling, Normalize');
  // Without Normalize vectors have lengths, which here they never have.
  if (!modules.some(({ type }) => last(type) === 'Normalize'))
    throw refuse(file, 'there is no Normalize module', 'unit vectors');
  const path = modules.find(({ type }) => last(type) === 'Pooling')?.path;
  if (path === undefined) throw refuse(file, 'there is no Pooling module', 'one vector a text');
  const poolingFile = join(folder, path, 'config.json');
  const raw = (await readJsonObject(poolingFile, true))!;
  const modes = Object.keys(raw).filter((key) => key.startsWith('pooling_mode_') && raw[key] === true);
  const pooling = POOLING_MODES[modes[0] ?? ''];
  if (modes.length !== 1 || pooling === undefined || raw['include_prompt'] === false) {
    const found = raw['include_prompt'] === false ? 'without the prompt' : `by ${modes.join(', ') || 'nothing'}`;
    throw refuse(poolingFile, `pooling ${found} is not supported`, Object.keys(POOLING_MODES).join(', '));
  }
  return pooling;
}

function parseModules(text: string, file: string): { type: string; path: string }[] {
  const isModule = (m: unknown): m is { type: string; path: string } =>
    typeof (m as Record<string, unknown> | null)?.['type'] === 'string' &&
    typeof (m as Record<string, unknown>)['path'] === 'string';
  try {
    const modules: unknown = JSON.parse(text);
    if (Array.isArray(modules) && modules.every(isModule)) return modules;
  } catch {
    // Told below, as what is no list is.
  }
  throw refuse(file, 'modules.json is missing or damaged', 'a list of modules with type and path');
}

/** Longest text that the folder allows; Infinity where it says nothing. */
async function readLimit(folder: string): Promise<number> {
  const file = join(folder, 'sentence_bert_config.json');
  const reader = new ConfigReader((await readJsonObject(file, false)) ?? {}, file);
  return reader.raw['max_seq_length'] == null ? Infinity : reader.integer('max_seq_length');
}

async function readPrompts(folder: string): Promise<{ query: string; document: string }> {
  const file = join(folder, 'config_sentence_transformers.json');
  const prompts = (await readJsonObject(file, false))?.['prompts'] as Record<string, unknown> | null | undefined;
  const of = (name: string): string => {
    const prompt = prompts?.[name] ?? '';
    if (typeof prompt === 'string') return prompt;
    throw refuse(`${file}: prompts.${name}`, `the prompt is ${JSON.stringify(prompt)}`, 'a text');
  };
  return { query: of('query'), document: of('document') };
}

function refuse(where: string, message: string, expected: string): RaRftError {
  const hint = 'Only embedders over Llama and Qwen decoders are read this way.';
  return new RaRftError({ code: 'model', message, where, expected, hint });
}
