/** Encoders ready to work: a network in a worker behind the tokenizer of their folder. */
import { once } from '../../core/once.js';
import { Tokenizer } from '../../models/tokenizer.js';
import { architectureOf } from '../../models/encoders/config.js';
import { encoderHash, isDense, type EncoderCheckpoint } from '../../models/encoders/folder.js';
import type { EncoderParam } from '../../models/encoders/types.js';
import { sizeOf } from '../../models/parameters.js';
import { NetClient } from './net/client.js';
import { NetEncoder } from './net-encoder.js';
import type { RetrieverFolder } from './retriever-folder.js';
import type { RetrieverSpec } from './spec.js';
import { tokenizeBy, type FormTokenizer } from './text-form.js';
import type { EncoderInfo } from './types.js';

/** How an encoder works, beyond what its folder says. */
export interface OpenEncoderOptions {
  /** Threads of tensor work; undefined leaves it to the runtime. */
  threads?: number | undefined;
  /** Temperature of InfoNCE; matters for training only. */
  temperature?: number;
  /** Ends the encoder at once, whatever it does. */
  signal?: AbortSignal | undefined;
}

/** An encoder in memory, before it has a folder. */
export interface EncoderInMemory {
  encoder: EncoderCheckpoint;
  spec: RetrieverSpec;
  tokenizer: FormTokenizer;
  /** What indexes name it by; left out: its weights alone, for encoders that have no index yet. */
  hash?: string;
}

/** Starts the worker of an encoder. Dispose it after use: the thread holds native memory. */
export async function startEncoder(
  { encoder, spec, tokenizer, hash }: EncoderInMemory,
  { threads, temperature = 1, signal }: OpenEncoderOptions = {},
): Promise<NetEncoder> {
  const { scoring } = spec;
  const { dim, params: specs } = architectureOf(encoder.config);
  const { config, params } = encoder;
  const net = await NetClient.open({ config, params, scoring, temperature, threads }, signal);
  // Weights are hashed for who asks: training and scoring in memory never do.
  const hashOf = once(() => hash ?? encoderHash(encoder, new Map()));
  const info: EncoderInfo = {
    dim,
    scoring,
    trainPasses: trainPasses(specs),
    get hash() {
      return hashOf();
    },
  };
  return new NetEncoder(net, tokenizeBy(tokenizer, spec), info);
}

/** The encoder of a retriever folder that was read. */
export async function openEncoder(
  folder: string,
  { header, encoder }: RetrieverFolder,
  options: OpenEncoderOptions = {},
): Promise<NetEncoder> {
  const tokenizer = await Tokenizer.load(folder);
  return startEncoder({ encoder, spec: header.spec, tokenizer, hash: header.encoderHash }, options);
}

/** Forward; backward through the layers where any of them is trained; and the gradients of the weights that are. */
function trainPasses(params: readonly EncoderParam[]): number {
  const body = params.filter((param) => !isDense(param));
  const size = (of: readonly EncoderParam[]) => of.reduce((n, { shape }) => n + sizeOf(shape), 0);
  const trained = size(body.filter((param) => param.trained));
  return trained === 0 ? 1 : 2 + trained / size(body);
}
