/**
 * The small encoder of the learned retriever: token embeddings of a checkpoint, convolutions over neighbouring tokens,
 * optional transformer layers, and a head that gives one short unit vector a token (late interaction) or a text.
 */
import { RaRftError } from '../../core/errors.js';
import type { Rng } from '../../core/rng.js';
import { ConfigReader } from '../config-reader.js';
import { sizeOf, type Params } from '../parameters.js';
import { sameName, type EncoderHead, type EncoderParam } from './types.js';

export interface SmallEncoderConfig {
  kind: 'small';
  vocab: number;
  /** Width of the embedding table. */
  embeddingDim: number;
  /** Width of everything between embeddings and head. */
  hidden: number;
  /** Convolution layers over tokens; at least one, since it also takes the embeddings to `hidden`. */
  convLayers: number;
  /** Tokens that a convolution sees; odd. */
  convWidth: number;
  /** Bidirectional transformer layers above the convolutions. */
  transformerLayers: number;
  /** Attention heads of a transformer layer; divides `hidden` into heads of even size. */
  heads: number;
  /** Longest text, in tokens; bounds the position tables of the transformer layers. */
  maxTokens: number;
  /** Length of the vectors that come out. */
  dim: number;
  head: EncoderHead;
  /** Whether training moves the embedding table. */
  trainEmbeddings: boolean;
}

/** A parameter of the small encoder, under the same name in graphs and in model.safetensors. */
interface SmallEncoderParam extends EncoderParam {
  /** How a fresh one starts: normal with deviation 1 / sqrt(`fanIn`), or constant. */
  init: { fanIn: number } | { value: number };
}

/** model_type of its config.json. */
export const SMALL_MODEL_TYPE = 'ra-rft-encoder';
/** Size of the transformer layers' inner width, as a multiple of `hidden`. */
const FFN_FACTOR = 2;

/** Inner width of a transformer layer's gated feed-forward part. */
export function ffnWidth(config: SmallEncoderConfig): number {
  return FFN_FACTOR * config.hidden;
}

/**
 * All parameters in a fixed order: `embed` [vocab, embeddingDim]; `conv.N.weight` [hidden, width * in] (each row holds
 * the window's tokens one after the other) and `conv.N.bias`; of transformer layers `layers.N.` `attentionNorm`, `qkv`,
 * `o`, `ffnNorm`, `gateUp`, `down`, and a last `norm`; `proj` [dim, hidden].
 */
export function smallParams(config: SmallEncoderConfig): SmallEncoderParam[] {
  const { vocab, embeddingDim, hidden, convLayers, convWidth, transformerLayers, dim } = config;
  const matrix = (name: string, rows: number, columns: number): SmallEncoderParam => {
    const init = { fanIn: columns };
    return { ...sameName(name, [rows, columns]), decay: true, trained: true, init };
  };
  const vector = (name: string, value: number): SmallEncoderParam => {
    return { ...sameName(name, [hidden]), decay: false, trained: true, init: { value } };
  };
  const params = [{ ...matrix('embed', vocab, embeddingDim), trained: config.trainEmbeddings }];
  for (let i = 0; i < convLayers; i++) {
    params.push(
      matrix(`conv.${i}.weight`, hidden, convWidth * (i === 0 ? embeddingDim : hidden)),
      vector(`conv.${i}.bias`, 0),
    );
  }
  for (let i = 0; i < transformerLayers; i++) {
    const at = `layers.${i}`;
    params.push(
      vector(`${at}.attentionNorm`, 1),
      matrix(`${at}.qkv`, 3 * hidden, hidden),
      matrix(`${at}.o`, hidden, hidden),
      vector(`${at}.ffnNorm`, 1),
      matrix(`${at}.gateUp`, 2 * ffnWidth(config), hidden),
      matrix(`${at}.down`, hidden, ffnWidth(config)),
    );
  }
  if (transformerLayers > 0) params.push(vector('norm', 1));
  params.push(matrix('proj', dim, hidden));
  return params;
}

/**
 * Fresh parameters above a given embedding table [vocab, embeddingDim], which is copied; each of its rows is scaled to
 * root mean square 1, so that the recipe does not depend on how large a checkpoint's embeddings are. Rows of zeros stay.
 */
export function freshSmallParams(config: SmallEncoderConfig, embeddings: Float32Array, rng: Rng): Params {
  const params: Params = new Map();
  for (const { name, shape, init } of smallParams(config)) {
    const size = sizeOf(shape);
    if (name === 'embed') {
      if (embeddings.length !== size) {
        throw new RaRftError({
          code: 'model',
          message: `an embedding table of ${embeddings.length} numbers`,
          where: name,
          expected: `${size} numbers, shape [${shape.join(', ')}]`,
        });
      }
      params.set(name, unitRows(embeddings, config.embeddingDim));
      continue;
    }
    const stream = rng.fork(name);
    const draw = 'value' in init ? () => init.value : () => stream.normal() / Math.sqrt(init.fanIn);
    params.set(name, Float32Array.from({ length: size }, draw));
  }
  return params;
}

function unitRows(table: Float32Array, width: number): Float32Array {
  const out = table.slice();
  for (let row = 0; row < out.length; row += width) {
    const values = out.subarray(row, row + width);
    const rms = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / width);
    if (rms > 0) values.forEach((v, i) => (values[i] = v / rms));
  }
  return out;
}

/** Throws `config` at sizes that cannot be. */
export function checkSmallConfig(config: SmallEncoderConfig): SmallEncoderConfig {
  const fail = (key: string, expected: string) => {
    const value = String(config[key as keyof SmallEncoderConfig]);
    throw new RaRftError({ code: 'config', message: `the encoder's ${key} is ${value}`, where: key, expected });
  };
  if (config.convWidth % 2 !== 1) fail('convWidth', 'an odd number');
  if (config.convLayers < 1) fail('convLayers', 'at least 1');
  if (config.transformerLayers > 0 && config.hidden % (2 * config.heads) !== 0)
    fail('heads', `a divisor of half of hidden (${config.hidden})`);
  return config;
}

/** The encoder as a config.json. */
export function toSmallJson(config: SmallEncoderConfig): Record<string, unknown> {
  return {
    architectures: ['RaRftEncoder'],
    model_type: SMALL_MODEL_TYPE,
    vocab_size: config.vocab,
    embedding_size: config.embeddingDim,
    hidden_size: config.hidden,
    conv_layers: config.convLayers,
    conv_width: config.convWidth,
    num_hidden_layers: config.transformerLayers,
    num_attention_heads: config.heads,
    max_position_embeddings: config.maxTokens,
    output_size: config.dim,
    head: config.head,
    train_embeddings: config.trainEmbeddings,
    dtype: 'float32',
  };
}

/** Reads the config.json of a small encoder. Throws `model` with file and key at sizes that cannot be. */
export function parseSmallJson(raw: Record<string, unknown>, file: string): SmallEncoderConfig {
  const reader = new ConfigReader(raw, file);
  const head = raw['head'];
  if (head !== 'late-interaction' && head !== 'single-vector') {
    throw reader.error('head', `head is ${JSON.stringify(head)}`, '"late-interaction" or "single-vector"');
  }
  return checkSmallConfig({
    kind: 'small',
    vocab: reader.integer('vocab_size'),
    embeddingDim: reader.integer('embedding_size'),
    hidden: reader.integer('hidden_size'),
    convLayers: reader.integer('conv_layers'),
    convWidth: reader.integer('conv_width'),
    // ConfigReader's integers are positive; no transformer layers is the usual case here.
    transformerLayers: raw['num_hidden_layers'] === 0 ? 0 : reader.integer('num_hidden_layers'),
    heads: reader.integer('num_attention_heads'),
    maxTokens: reader.integer('max_position_embeddings'),
    dim: reader.integer('output_size'),
    head,
    trainEmbeddings: reader.boolean('train_embeddings', false),
  });
}
