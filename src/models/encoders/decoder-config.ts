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
import { headParams, type HeadConfig } from './head.js';
import type { EncoderTraining } from './hub-config.js';
import type { EncoderParam } from './types.js';

/** The decoder's own sizes, of the layers that are computed and no more: `layers` counts them, and there is no output head. */
export interface DecoderEncoderConfig extends DecoderConfig, EncoderTraining {
  kind: 'decoder';
  head: HeadConfig;
  /** Whether the model's final norm stands above the layers; it is trained with the last of them. */
  finalNorm: boolean;
  /** `causal`: each token sees those before it, as the model was trained. `full`: all of its text. */
  attention: 'causal' | 'full';
  /** Longest text, in tokens. */
  maxTokens: number;
  /** Low-rank changes of all products of all layers, which training moves beside what is not frozen; null: none. */
  lora: Pick<LoraScaling, 'rank' | 'alpha'> | null;
}

/** What of a decoder's encoder does not follow from the decoder. */
export type DecoderEncoderOptions = Partial<
  Pick<
    DecoderEncoderConfig,
    'head' | 'finalNorm' | 'attention' | 'maxTokens' | 'lora' | 'trainEmbeddings' | 'frozenLayers'
  >
> & {
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
  { layer = decoder.layers, ...own }: DecoderEncoderOptions = {},
  where = 'config.json',
): DecoderEncoderConfig {
  const config: DecoderEncoderConfig = {
    ...decoder,
    kind: 'decoder',
    layers: layer,
    tied: true,
    dtype: 'float32',
    head: { pooling: 'last', dense: [] },
    finalNorm: true,
    attention: 'causal',
    maxTokens: decoder.maxPosition,
    lora: null,
    trainEmbeddings: false,
    frozenLayers: 0,
    ...own,
  };
  const { maxTokens, lora, frozenLayers } = config;
  const isWithin = (n: number, from: number, to: number) => Number.isInteger(n) && n >= from && n <= to;
  const refuse = (message: string, expected: string, hint?: string) =>
    new RaRftError({ code: 'model', message, where, expected, ...(hint !== undefined && { hint }) });
  if (!isWithin(layer, 1, decoder.layers))
    throw refuse(`there is no layer ${layer} in a model of ${decoder.layers}`, `a layer from 1 to ${decoder.layers}`);
  if (!isWithin(maxTokens, 1, decoder.maxPosition))
    throw refuse(
      `texts of ${maxTokens} tokens for a model of ${decoder.maxPosition} positions`,
      `at most ${decoder.maxPosition} tokens`,
      'Lower maxQueryTokens and maxDocumentTokens, which cut longer texts.',
    );
  if (lora && !isWithin(lora.rank, 1, Infinity)) throw refuse(`the rank is ${lora.rank}`, 'an integer from 1');
  if (!isWithin(frozenLayers, 0, layer)) throw refuse(`${frozenLayers} frozen layers of ${layer}`, `0 to ${layer}`);
  return config;
}

/** The encoder of a Hugging Face config.json, which may be of any decoder that is known. Throws `model` as {@link decoderEncoderOf}, and at other architectures. */
export function decoderEncoderFromHf(
  raw: Record<string, unknown>,
  file: string,
  options: DecoderEncoderOptions = {},
): DecoderEncoderConfig {
  return decoderEncoderOf(parseDecoderConfig(withOutput(raw), file), options, file);
}

/** Embedders may be saved without an output head, under the name of the bare model: `Qwen3Model`. */
function withOutput(raw: Record<string, unknown>): Record<string, unknown> {
  const { architectures } = raw;
  const name: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  if (typeof name !== 'string' || !name.endsWith('Model')) return raw;
  return { ...raw, architectures: [name.replace(/Model$/, 'ForCausalLM')] };
}

/** The encoder as a config.json, which Transformers reads as that of the decoder. */
export function toDecoderEncoderJson(config: DecoderEncoderConfig): Record<string, unknown> {
  const { finalNorm, attention, maxTokens, lora, trainEmbeddings, frozenLayers } = config;
  return { ...toHfConfig(config), [OWN_KEY]: { finalNorm, attention, maxTokens, lora, trainEmbeddings, frozenLayers } };
}

/** Reads a config.json under a head; one without options of an encoder is taken as it is by default. */
export function parseDecoderEncoderJson(
  raw: Record<string, unknown>,
  file: string,
  head: HeadConfig,
): DecoderEncoderConfig {
  const own = raw[OWN_KEY];
  const options = own === undefined ? {} : readOptions(own, new ConfigReader(raw, file));
  return decoderEncoderFromHf(raw, file, { ...options, head });
}

function readOptions(own: unknown, reader: ConfigReader): DecoderEncoderOptions {
  const options = (typeof own === 'object' && own !== null ? own : {}) as Partial<DecoderEncoderConfig>;
  const { finalNorm, attention, maxTokens, lora, trainEmbeddings, frozenLayers } = options;
  const fail = (key: string, value: unknown, expected: string) =>
    reader.error(`${OWN_KEY}.${key}`, `${key} is ${JSON.stringify(value)}`, expected);
  if (typeof finalNorm !== 'boolean') throw fail('finalNorm', finalNorm, 'true or false');
  if (attention !== 'causal' && attention !== 'full') throw fail('attention', attention, 'causal or full');
  if (typeof maxTokens !== 'number') throw fail('maxTokens', maxTokens, 'a number of tokens');
  if (lora === undefined || (lora && !(typeof lora.rank === 'number' && typeof lora.alpha === 'number')))
    throw fail('lora', lora, 'null, or rank and alpha');
  if (typeof trainEmbeddings !== 'boolean') throw fail('trainEmbeddings', trainEmbeddings, 'true or false');
  if (typeof frozenLayers !== 'number') throw fail('frozenLayers', frozenLayers, 'a number of layers');
  return { finalNorm, attention, maxTokens, lora, trainEmbeddings, frozenLayers };
}

/** The adapter that is trained; undefined where there is none. */
export function loraOf(config: DecoderEncoderConfig): (LoraScaling & { parts: AdapterPart[] }) | undefined {
  if (!config.lora) return undefined;
  const { rank } = config.lora;
  return { ...config.lora, rsLora: false, parts: adapterParts(config, { targets: 'all-linear', rank }) };
}

/** All parameters: those of the decoder as its graphs take them, the factors of an adapter, and the head's. */
export function decoderEncoderParams(config: DecoderEncoderConfig): EncoderParam[] {
  const specs = new Map(paramSpecs(config).map((spec) => [spec.name, spec]));
  const weights = graphParams(config)
    .filter(({ param }) => param !== 'norm' || config.finalNorm)
    .map(({ name, shape, param, start }): EncoderParam => {
      const { parts, decay } = specs.get(param)!;
      const width = shape.length === 2 ? shape[1]! : 1;
      return { name, shape, parts: rowsOf(parts, start / width, shape[0]!), decay, trained: isTrained(name, config) };
    });
  const lora = loraOf(config);
  const factors = factorSpecs(lora?.parts ?? [], lora?.rank ?? 1).map(({ name, shape }): EncoderParam => {
    const parts: ParamPart[] = [{ hfName: name, rows: shape[0], shape }];
    return { name, shape, parts, decay: true, trained: true };
  });
  return [...weights, ...factors, ...headParams(config.head, config.hidden)];
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

function isTrained(name: string, { layers, frozenLayers, trainEmbeddings }: DecoderEncoderConfig): boolean {
  if (name === 'embed') return trainEmbeddings;
  const layer = /^layers\.(\d+)\./.exec(name)?.[1] ?? layers - 1;
  return Number(layer) >= frozenLayers;
}
