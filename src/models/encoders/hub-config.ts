/** What the encoders of the Hugging Face Hub share: sizes, head, what training moves, and how their parameters are named. */
import type { ConfigReader } from '../config-reader.js';
import { headDim, headKind, headParams, type HeadConfig } from './head.js';
import type { EncoderArchitecture, EncoderParam } from './types.js';

/** What of an encoder training moves, beside its head and the layers above the frozen ones. */
export interface EncoderTraining {
  /** Whether training moves the token embeddings. */
  trainEmbeddings: boolean;
  /** Lowest layers that stay as they are; above 0, what stands around the embeddings stays too. */
  frozenLayers: number;
}

/** Sizes under the keys that all of them have in config.json. */
export interface HubEncoderConfig extends EncoderTraining {
  vocab: number;
  hidden: number;
  layers: number;
  heads: number;
  /** Inner width of the feed-forward part. */
  ffn: number;
  /** Longest text, in tokens. */
  maxTokens: number;
  normEpsilon: number;
  head: HeadConfig;
  /** Ids of special tokens as config.json has them; they decide nothing here and are written back. */
  specialIds: Readonly<Record<string, unknown>>;
}

const SPECIAL_IDS = ['pad_token_id', 'bos_token_id', 'eos_token_id', 'cls_token_id', 'sep_token_id'] as const;

/** Reads the shared keys; `normKey` is where the architecture keeps the epsilon of its norms. */
export function readHubConfig(
  reader: ConfigReader,
  head: HeadConfig,
  norm: { key: string; fallback: number },
): HubEncoderConfig {
  const { raw } = reader;
  const [hidden, heads] = [reader.integer('hidden_size'), reader.integer('num_attention_heads')];
  if (hidden % (2 * heads) !== 0)
    throw reader.error('num_attention_heads', `num_attention_heads is ${heads}`, `a divisor of half of ${hidden}`);
  const layers = reader.integer('num_hidden_layers');
  const frozen = raw['frozen_layers'] === 0 ? 0 : reader.integer('frozen_layers', layers);
  return {
    vocab: reader.integer('vocab_size'),
    hidden,
    layers,
    heads,
    ffn: reader.integer('intermediate_size'),
    maxTokens: reader.integer('max_position_embeddings'),
    normEpsilon: reader.number(norm.key, norm.fallback),
    head,
    specialIds: Object.fromEntries(SPECIAL_IDS.flatMap((key) => (key in raw ? [[key, raw[key]]] : []))),
    trainEmbeddings: reader.boolean('train_embeddings', false),
    frozenLayers: 'frozen_layers' in raw ? frozen : 0,
  };
}

/** The shared keys of config.json; `train_embeddings` and `frozen_layers` are of this project, which others pass over. */
export function hubJson(config: HubEncoderConfig): Record<string, unknown> {
  return {
    vocab_size: config.vocab,
    hidden_size: config.hidden,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.ffn,
    max_position_embeddings: config.maxTokens,
    ...config.specialIds,
    dtype: 'float32',
    train_embeddings: config.trainEmbeddings,
    frozen_layers: config.frozenLayers,
  };
}

/** Refuses a key whose value is another than the one that is computed with. */
export function requireValue(reader: ConfigReader, key: string, expected: unknown, fallback = expected): void {
  const value = reader.raw[key] ?? fallback;
  if (value === expected) return;
  throw reader.error(key, `${key} is ${JSON.stringify(value)}, which is not computed here`, JSON.stringify(expected));
}

/** One parameter of the tensors `from` of the checkpoint, each of `rows` rows (elements, where there are no columns). */
export function hubParam(
  name: string,
  from: readonly string[],
  [rows, columns]: readonly [number, number?],
  trained: boolean,
): EncoderParam {
  const shape = columns === undefined ? [rows] : [rows, columns];
  const parts = from.map((hfName) => ({ hfName, rows, shape }));
  const decay = columns !== undefined;
  return { name, shape: shape.with(0, rows * from.length), parts, decay, trained };
}

/** All of an architecture that follows from the shared sizes. `body` are the parameters below the head. */
export function hubArchitecture(
  config: HubEncoderConfig,
  body: readonly EncoderParam[],
): Omit<EncoderArchitecture, 'vectors' | 'checkpoint'> {
  const { vocab, maxTokens, head, hidden } = config;
  return {
    vocab,
    maxTokens,
    dim: headDim(head, hidden),
    head: headKind(head),
    params: [...body, ...headParams(head, hidden)],
  };
}
