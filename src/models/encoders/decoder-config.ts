/**
 * A decoder as encoder: hidden states above a layer of a Llama or Qwen model, and a head. As a whole model with last-token pooling it
 * is what Qwen3-Embedding is; of some layers only it is the policy itself, read where it knows what a text is about.
 */
import { RaRftError } from '../../core/errors.js';
import { adapterParts, factorSpecs, type AdapterPart, type LoraScaling } from '../adapter/parts.js';
import { ConfigReader } from '../config-reader.js';
import { graphParams } from '../decoder.js';
import { parseDecoderConfig, toHfConfig, type DecoderConfig } from '../hf-config.js';
import { paramSpecs, type ParamPart } from '../parameters.js';
import { headParams, POOLINGS, type HeadConfig } from './head.js';
import type { EncoderParam } from './types.js';

/** What training moves. The dense layers of the head always are; embeddings only where it is said. */
export type DecoderTraining =
  | { kind: 'projection' }
  /** Low-rank changes of all products of all layers, beside weights that stay as they are. */
  | { kind: 'lora'; rank: number; alpha: number }
  /** All weights of the layers above the first `frozenLayers`, and the final norm. */
  | { kind: 'full'; frozenLayers: number; embeddings: boolean };

export interface DecoderEncoderConfig extends HeadConfig {
  kind: 'decoder';
  /** The layers that are computed, and no more: `layers` counts them, and there is no output head. */
  decoder: DecoderConfig;
  /** Whether the model's final norm stands above them. */
  finalNorm: boolean;
  /** `causal`: each token sees those before it, as the model was trained. `full`: all of its text. */
  attention: 'causal' | 'full';
  /** Longest text, in tokens. */
  maxTokens: number;
  train: DecoderTraining;
}

/** What of a decoder's encoder does not stand in the decoder's own config.json. */
export type DecoderEncoderOptions = Partial<Omit<DecoderEncoderConfig, 'kind' | 'decoder'>> & {
  /** Layers that are computed; default: all. */
  layer?: number;
};

/** Where its options stand in config.json, which is otherwise the decoder's own. */
const OWN_KEY = 'ra_rft_encoder';

/**
 * The encoder of a decoder. Without options it is as Qwen3-Embedding: the last hidden state after the final norm, at the last token.
 * Throws `model` at a layer beyond the model, or a text longer than it was made for.
 */
export function decoderEncoderOf(
  decoder: DecoderConfig,
  options: DecoderEncoderOptions = {},
  where = 'config.json',
): DecoderEncoderConfig {
  const { layer = decoder.layers, ...own } = options;
  const config: DecoderEncoderConfig = {
    kind: 'decoder',
    decoder: { ...decoder, layers: layer, tied: true, dtype: 'float32' },
    finalNorm: true,
    attention: 'causal',
    pooling: 'last',
    dense: [],
    maxTokens: decoder.maxPosition,
    train: { kind: 'full', frozenLayers: 0, embeddings: false },
    ...own,
  };
  const refuse = (message: string, expected: string, hint?: string) =>
    new RaRftError({ code: 'model', message, where, expected, ...(hint !== undefined && { hint }) });
  const isWithin = (n: number, from: number, to: number) => Number.isInteger(n) && n >= from && n <= to;
  if (!isWithin(layer, 1, decoder.layers))
    throw refuse(`there is no layer ${layer} in a model of ${decoder.layers}`, `a layer from 1 to ${decoder.layers}`);
  if (!isWithin(config.maxTokens, 1, decoder.maxPosition)) {
    const hint = 'Lower maxQueryTokens and maxDocumentTokens, which cut longer texts.';
    throw refuse(
      `texts of ${config.maxTokens} tokens for a model of ${decoder.maxPosition} positions`,
      `at most ${decoder.maxPosition} tokens`,
      hint,
    );
  }
  const { train } = config;
  if (train.kind === 'lora' && !isWithin(train.rank, 1, Infinity))
    throw refuse(`the rank is ${train.rank}`, 'an integer from 1');
  if (train.kind === 'full' && !isWithin(train.frozenLayers, 0, layer))
    throw refuse(`${train.frozenLayers} frozen layers of ${layer}`, `0 to ${layer}`);
  return config;
}

/** The encoder of a Hugging Face config.json, which may be of any decoder that is known. Throws `model` as {@link decoderEncoderOf}, and at other architectures. */
export function decoderEncoderFromHf(
  raw: Record<string, unknown>,
  file: string,
  options: DecoderEncoderOptions = {},
): DecoderEncoderConfig {
  return decoderEncoderOf(parseDecoderConfig(withHead(raw), file), options, file);
}

/** Embedders may be saved without an output head, under the name of the bare model: `Qwen3Model`. */
function withHead(raw: Record<string, unknown>): Record<string, unknown> {
  const { architectures } = raw;
  const name: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  if (typeof name !== 'string' || !name.endsWith('Model')) return raw;
  return { ...raw, architectures: [name.replace(/Model$/, 'ForCausalLM')] };
}

/** The encoder as a config.json, which Transformers reads as that of the decoder. */
export function toDecoderEncoderJson(config: DecoderEncoderConfig): Record<string, unknown> {
  const { decoder, kind: _kind, ...own } = config;
  return { ...toHfConfig(decoder), [OWN_KEY]: own };
}

/** Reads a config.json; one without options of an encoder is taken as it is by default. */
export function parseDecoderEncoderJson(raw: Record<string, unknown>, file: string): DecoderEncoderConfig {
  const own = raw[OWN_KEY];
  if (own === undefined) return decoderEncoderFromHf(raw, file);
  return decoderEncoderFromHf(raw, file, readOptions(own, new ConfigReader(raw, file)));
}

function readOptions(own: unknown, reader: ConfigReader): DecoderEncoderOptions {
  const options = (typeof own === 'object' && own !== null ? own : {}) as Partial<DecoderEncoderConfig>;
  const { finalNorm, attention, pooling, dense, maxTokens, train } = options;
  const fail = (key: string, value: unknown, expected: string) =>
    reader.error(`${OWN_KEY}.${key}`, `${key} is ${JSON.stringify(value)}`, expected);
  const isSize = (n: unknown): n is number => Number.isInteger(n) && (n as number) > 0;
  if (typeof finalNorm !== 'boolean') throw fail('finalNorm', finalNorm, 'true or false');
  if (attention !== 'causal' && attention !== 'full') throw fail('attention', attention, 'causal or full');
  if (pooling === undefined || !POOLINGS.includes(pooling)) throw fail('pooling', pooling, POOLINGS.join(', '));
  if (!Array.isArray(dense) || !dense.every(isSize)) throw fail('dense', dense, 'a list of sizes');
  if (!isSize(maxTokens)) throw fail('maxTokens', maxTokens, 'an integer from 1');
  if (!isTraining(train))
    throw fail('train', train, 'projection, lora with rank and alpha, or full with frozenLayers and embeddings');
  return { finalNorm, attention, pooling, dense, maxTokens, train };
}

function isTraining(train: Partial<Record<string, unknown>> | undefined): train is DecoderTraining {
  const { kind, rank, alpha, frozenLayers, embeddings } = train ?? {};
  if (kind === 'lora') return typeof rank === 'number' && typeof alpha === 'number';
  if (kind === 'full') return typeof frozenLayers === 'number' && typeof embeddings === 'boolean';
  return kind === 'projection';
}

/** Parts of the adapter that training moves; none where it moves weights. */
export function loraOf({ decoder, train }: DecoderEncoderConfig): (LoraScaling & { parts: AdapterPart[] }) | undefined {
  if (train.kind !== 'lora') return undefined;
  const { rank, alpha } = train;
  return { rank, alpha, rsLora: false, parts: adapterParts(decoder, { targets: 'all-linear', rank }) };
}

/** All parameters: those of the decoder as its graphs take them, the head's, and the factors of an adapter. */
export function decoderEncoderParams(config: DecoderEncoderConfig): EncoderParam[] {
  const { decoder, finalNorm, train } = config;
  const specs = new Map(paramSpecs(decoder).map((spec) => [spec.name, spec]));
  const weights = graphParams(decoder)
    .filter(({ param }) => param !== 'norm' || finalNorm)
    .map(({ name, shape, param, start }): EncoderParam => {
      const { parts, decay } = specs.get(param)!;
      const width = shape.length === 2 ? shape[1]! : 1;
      return { name, shape, parts: rowsOf(parts, start / width, shape[0]!), decay, trained: isTrained(name, train) };
    });
  const lora = loraOf(config);
  const factors = factorSpecs(lora?.parts ?? [], lora?.rank ?? 1).map(({ name, shape }): EncoderParam => {
    const parts: ParamPart[] = [{ hfName: name, rows: shape[0], shape }];
    return { name, shape, parts, decay: true, trained: true };
  });
  return [...weights, ...headParams(config, decoder.hidden), ...factors];
}

/** The parts of a parameter that are its rows from `start` on. */
function rowsOf(parts: readonly ParamPart[], start: number, rows: number): ParamPart[] {
  let at = 0;
  return parts.filter((part) => {
    const from = at;
    at += part.rows;
    return from >= start && from < start + rows;
  });
}

function isTrained(name: string, train: DecoderTraining): boolean {
  if (train.kind !== 'full') return false;
  if (name === 'embed') return train.embeddings;
  const layer = /^layers\.(\d+)\./.exec(name)?.[1];
  return layer === undefined || Number(layer) >= train.frozenLayers;
}
