/** The architectures of encoders: each is a config of its own kind, from which all else follows. */
import { ConfigReader } from '../config-reader.js';
import { isDecoderType } from '../hf-config.js';
import { bertArchitecture } from './bert.js';
import { bertTypes, parseBertJson, toBertJson, type BertConfig } from './bert-config.js';
import { decoderArchitecture } from './decoder.js';
import { parseDecoderEncoderJson, toDecoderEncoderJson, type DecoderEncoderConfig } from './decoder-config.js';
import type { HeadConfig } from './head.js';
import { modernBertArchitecture } from './modern-bert.js';
import { parseModernBertJson, toModernBertJson, type ModernBertConfig } from './modern-bert-config.js';
import { smallArchitecture } from './small.js';
import { parseSmallJson, SMALL_MODEL_TYPE, toSmallJson, type SmallEncoderConfig } from './small-config.js';
import type { EncoderArchitecture } from './types.js';

/** Encoders with a head of modules above a body of Hugging Face layout. */
export type HubConfig = BertConfig | ModernBertConfig | DecoderEncoderConfig;

/** Every kind of encoder; plain data, so that it can be sent to a worker and hashed. */
export type EncoderConfig = SmallEncoderConfig | HubConfig;

/** Whether a model_type is of nothing but an encoder; decoders may be encoders too. */
export function isEncoderType(type: unknown): boolean {
  return type === SMALL_MODEL_TYPE || type === 'modernbert' || bertTypes.includes(type);
}

/** What a config stands for. */
export function architectureOf(config: EncoderConfig): EncoderArchitecture {
  if (config.kind === 'small') return smallArchitecture(config);
  if (config.kind === 'decoder') return decoderArchitecture(config);
  return config.kind === 'bert' ? bertArchitecture(config) : modernBertArchitecture(config);
}

/** An encoder as a config.json; of those with modules, their body. */
export function toEncoderJson(config: EncoderConfig): Record<string, unknown> {
  if (config.kind === 'small') return toSmallJson(config);
  if (config.kind === 'decoder') return toDecoderEncoderJson(config);
  return config.kind === 'bert' ? toBertJson(config) : toModernBertJson(config);
}

/**
 * Reads a config.json; `head` stands above a body of Hugging Face layout. Throws `model` with file and key where it is of no encoder that
 * is known.
 */
export function parseEncoderJson(raw: Record<string, unknown>, file: string, head: HeadConfig): EncoderConfig {
  const type = raw['model_type'];
  if (type === SMALL_MODEL_TYPE) return parseSmallJson(raw, file);
  if (bertTypes.includes(type)) return parseBertJson(raw, file, head);
  if (type === 'modernbert') return parseModernBertJson(raw, file, head);
  if (isDecoderType(type)) return parseDecoderEncoderJson(raw, file, head);
  throw new ConfigReader(raw, file).error(
    'model_type',
    `model_type is ${JSON.stringify(type)}, which is no encoder that is known here`,
    `"bert", "roberta", "mpnet", "modernbert", "llama", "qwen2", "qwen3" or "${SMALL_MODEL_TYPE}"`,
  );
}
