/** The shape of a decoder, read from and written to Hugging Face's config.json (spellings of Transformers 4 and 5). */
import { join } from 'node:path';
import { ConfigReader, readJsonObject } from './config-reader.js';
import { readRope, writeRope, type RopeScaling } from './hf-rope.js';

/** Architectures that the decoder computes. */
export type Architecture = 'llama' | 'qwen2' | 'qwen3';

/** Number format of the weights on disk; in memory they are always float32. */
export type WeightDtype = 'float32' | 'bfloat16' | 'float16';

/** Everything that decides a decoder's parameters and arithmetic. */
export interface DecoderConfig {
  architecture: Architecture;
  /** Width of the residual stream. */
  hidden: number;
  layers: number;
  /** Query heads. */
  heads: number;
  /** Key/value heads; divides `heads`. */
  kvHeads: number;
  headDim: number;
  /** Inner width of the SwiGLU block. */
  ffn: number;
  vocab: number;
  ropeTheta: number;
  ropeScaling?: RopeScaling;
  rmsEps: number;
  /** The output head is the embedding table. */
  tied: boolean;
  /** q, k and v have biases (Qwen2). */
  qkvBias: boolean;
  /** q and k are RMS-normalised per head before RoPE (Qwen3). */
  qkNorm: boolean;
  /** Longest sequence, in tokens. */
  maxPosition: number;
  bosId?: number;
  /** Ids that end a text, from config.json and generation_config.json; may be empty. */
  eosIds: number[];
  padId?: number;
  /** Number format in which a checkpoint is written back. */
  dtype: WeightDtype;
}

const CLASS_NAMES: Record<Architecture, string> = {
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
};
const ARCHITECTURES = Object.keys(CLASS_NAMES) as Architecture[];
const DTYPES: readonly WeightDtype[] = ['float32', 'bfloat16', 'float16'];

/**
 * Config of the model in a Hugging Face folder (config.json; generation_config.json may add stop ids).
 * Throws `model` with file and key where something is missing, malformed or not computed by this decoder.
 */
export async function readDecoderConfig(folder: string): Promise<DecoderConfig> {
  const file = join(folder, 'config.json');
  const raw = await readJsonObject(file, true);
  const generation = await readJsonObject(join(folder, 'generation_config.json'), false);
  const config = parseDecoderConfig(raw ?? {}, file);
  const more = tokenIds(
    new ConfigReader(generation ?? {}, join(folder, 'generation_config.json')),
    'eos_token_id',
    config.vocab,
  );
  for (const id of more) if (!config.eosIds.includes(id)) config.eosIds.push(id);
  return config;
}

/** The pure part of {@link readDecoderConfig}: `raw` is the parsed config.json, `file` its name for errors. */
export function parseDecoderConfig(raw: Record<string, unknown>, file = 'config.json'): DecoderConfig {
  const reader = new ConfigReader(raw, file);
  const architecture = readArchitecture(reader);
  refuseUnsupported(reader, architecture);
  const hidden = reader.integer('hidden_size');
  const layers = reader.integer('num_hidden_layers');
  const heads = reader.integer('num_attention_heads');
  const kvHeads = reader.integer('num_key_value_heads', heads);
  if (heads % kvHeads !== 0) {
    throw reader.error(
      'num_key_value_heads',
      `${heads} query heads cannot share ${kvHeads} key/value heads`,
      'a divisor of num_attention_heads',
    );
  }
  // Qwen3's own default is 128 whatever the width; the others divide the width among the heads.
  const headDim = reader.integer('head_dim', architecture === 'qwen3' ? 128 : hidden / heads);
  if (headDim % 2 !== 0) throw reader.error('head_dim', `head_dim is ${headDim}`, 'an even number (rotary pairs)');
  const maxPosition = reader.integer('max_position_embeddings', 2048);
  const vocab = reader.integer('vocab_size');
  const [bos] = tokenIds(reader, 'bos_token_id', vocab);
  // Older conversions write -1 for "no padding token".
  const [pad] = raw['pad_token_id'] === -1 ? [] : tokenIds(reader, 'pad_token_id', vocab);
  return {
    architecture,
    hidden,
    layers,
    heads,
    kvHeads,
    headDim,
    ffn: reader.integer('intermediate_size'),
    vocab,
    ...readRope(reader, maxPosition),
    rmsEps: reader.number('rms_norm_eps', 1e-6),
    tied: reader.boolean('tie_word_embeddings', false),
    qkvBias: architecture === 'qwen2',
    qkNorm: architecture === 'qwen3',
    maxPosition,
    ...(bos === undefined ? {} : { bosId: bos }),
    eosIds: tokenIds(reader, 'eos_token_id', vocab),
    ...(pad === undefined ? {} : { padId: pad }),
    dtype: readDtype(raw),
  };
}

/**
 * config.json of a config. Written with the keys of Transformers 4 (`rope_theta`, `torch_dtype`), which both 4 and 5
 * and the inference servers read.
 */
export function toHfConfig(config: DecoderConfig): Record<string, unknown> {
  const { architecture, eosIds } = config;
  return {
    architectures: [CLASS_NAMES[architecture]],
    model_type: architecture,
    hidden_size: config.hidden,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    intermediate_size: config.ffn,
    vocab_size: config.vocab,
    max_position_embeddings: config.maxPosition,
    hidden_act: 'silu',
    rms_norm_eps: config.rmsEps,
    ...writeRope(config),
    tie_word_embeddings: config.tied,
    attention_dropout: 0,
    ...(architecture === 'qwen2' ? { use_sliding_window: false } : { attention_bias: false }),
    bos_token_id: config.bosId ?? null,
    eos_token_id: eosIds.length === 0 ? null : eosIds.length === 1 ? eosIds[0] : eosIds,
    pad_token_id: config.padId ?? null,
    torch_dtype: config.dtype,
    use_cache: true,
  };
}

/** Whether a model_type is of a decoder that is computed here. */
export function isDecoderType(type: unknown): type is Architecture {
  return (ARCHITECTURES as unknown[]).includes(type);
}

function readArchitecture(reader: ConfigReader): Architecture {
  const type = reader.raw['model_type'];
  const classes = reader.raw['architectures'];
  const name = Array.isArray(classes) ? classes[0] : undefined;
  const found = ARCHITECTURES.find((a) => a === type && (name === undefined || name === CLASS_NAMES[a]));
  if (found) return found;
  throw reader.error(
    'model_type',
    `model of type ${JSON.stringify(type)} (${JSON.stringify(name)}) is not supported`,
    ARCHITECTURES.map((a) => `${a} (${CLASS_NAMES[a]})`).join(', '),
    'Take a model of one of these architectures.',
  );
}

function refuseUnsupported(reader: ConfigReader, architecture: Architecture): void {
  const { raw } = reader;
  const act = raw['hidden_act'] ?? 'silu';
  if (act !== 'silu') throw reader.error('hidden_act', `activation ${JSON.stringify(act)} is not supported`, 'silu');
  for (const key of architecture === 'qwen2' ? ['mlp_bias'] : ['attention_bias', 'mlp_bias']) {
    if (raw[key] === true) throw reader.error(key, `${key} is not supported for ${architecture}`, 'false');
  }
  if (raw['quantization_config'] != null) {
    throw reader.error(
      'quantization_config',
      'quantized weights are not supported',
      'float32, float16 or bfloat16 weights',
      'Take the unquantized model.',
    );
  }
  const layerTypes = raw['layer_types'];
  const sliding = Array.isArray(layerTypes)
    ? layerTypes.some((t) => t !== 'full_attention')
    : raw['use_sliding_window'] === true &&
      raw['sliding_window'] != null &&
      Number(raw['max_window_layers'] ?? 0) < Number(raw['num_hidden_layers']);
  if (sliding) {
    throw reader.error(
      Array.isArray(layerTypes) ? 'layer_types' : 'use_sliding_window',
      'sliding-window attention is not supported',
      'full attention in every layer',
    );
  }
}

function readDtype(raw: Record<string, unknown>): WeightDtype {
  const value = raw['dtype'] ?? raw['torch_dtype'];
  return DTYPES.find((d) => d === value) ?? 'float32';
}

/** The id or ids of a key; none where it is absent or null. Throws `model` at one that the vocabulary does not have. */
function tokenIds(reader: ConfigReader, key: string, vocab: number): number[] {
  const value = reader.raw[key] ?? [];
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  const isId = (id: unknown): id is number => Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocab;
  if (ids.every(isId)) return ids;
  throw reader.error(
    key,
    `${key} is ${JSON.stringify(value)}, and the vocabulary has ${vocab} tokens`,
    `ids from 0 to ${vocab - 1}, or null`,
    'The file may be of another model, or of one whose embeddings were resized.',
  );
}
