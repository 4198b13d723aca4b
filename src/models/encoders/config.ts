/** The architectures of encoders: each is a config of its own kind, from which all else follows. */
import { isDecoderType } from '../hf-config.js';
import { decoderArchitecture } from './decoder.js';
import { parseDecoderEncoderJson, toDecoderEncoderJson, type DecoderEncoderConfig } from './decoder-config.js';
import { smallArchitecture } from './small.js';
import { parseSmallJson, toSmallJson, type SmallEncoderConfig } from './small-config.js';
import type { EncoderArchitecture } from './types.js';

/** Every kind of encoder; plain data, so that it can be sent to a worker and hashed. */
export type EncoderConfig = SmallEncoderConfig | DecoderEncoderConfig;

/** What a config stands for. */
export function architectureOf(config: EncoderConfig): EncoderArchitecture {
  return config.kind === 'decoder' ? decoderArchitecture(config) : smallArchitecture(config);
}

/** An encoder as a config.json. */
export function toEncoderJson(config: EncoderConfig): Record<string, unknown> {
  return config.kind === 'decoder' ? toDecoderEncoderJson(config) : toSmallJson(config);
}

/** Reads a config.json. Throws `model` with file and key where it is of no encoder that is known. */
export function parseEncoderJson(raw: Record<string, unknown>, file: string): EncoderConfig {
  return isDecoderType(raw['model_type']) ? parseDecoderEncoderJson(raw, file) : parseSmallJson(raw, file);
}
