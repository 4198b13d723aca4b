/**
 * Encoders from a folder of their own: of Hugging Face layout, with the head and the text forms of sentence-transformers or PyLate where
 * it has them, else with a fresh head. What this project has saved opens as it was.
 */
import { RaRftError } from '../../core/errors.js';
import { Rng } from '../../core/rng.js';
import { readTokenizerFiles } from '../../models/checkpoint.js';
import { architectureOf, type HubConfig } from '../../models/encoders/config.js';
import { encoderHash, readEncoder, type EncoderCheckpoint } from '../../models/encoders/folder.js';
import { headDim, headKind, headParams, type HeadConfig } from '../../models/encoders/head.js';
import type { EncoderTraining } from '../../models/encoders/hub-config.js';
import type { EncoderHead } from '../../models/encoders/types.js';
import { sizeOf, type Params } from '../../models/parameters.js';
import { Tokenizer } from '../../models/tokenizer.js';
import type { Scoring } from '../score/maxsim.js';
import { readForms } from './hub-forms.js';
import { readSavedSpec } from './retriever-folder.js';
import { SPEC_DEFAULTS, type RetrieverSpec } from './spec.js';
import type { DocumentText, QueryText } from './text.js';
import type { TextForm } from './text-form.js';
import type { EncoderInMemory } from './open.js';
import type { Side } from './types.js';

/** What goes before what the folder says. */
export interface HubEncoderOptions extends Partial<EncoderTraining> {
  /** Another head than the folder's is made fresh. */
  head?: EncoderHead | undefined;
  /** Length of the vectors of a fresh head. */
  dim?: number | undefined;
  scoring?: Scoring | undefined;
  text?: DocumentText | undefined;
  queryText?: QueryText | undefined;
  /** Most chunks of a document. */
  chunks?: number | undefined;
  prefix?: Partial<Record<Side, string | undefined>> | undefined;
  maxTokens?: Partial<Record<Side, number | undefined>> | undefined;
  /** Draws a fresh head. */
  seed: number;
}

export interface HubEncoder extends EncoderInMemory {
  tokenizer: Tokenizer;
  /** Tensors of the folder that are not used. */
  ignored: readonly string[];
  /** Whether the head was made here, and means nothing before it is trained. */
  freshHead: boolean;
}

/** ColBERT's size of a token's vector. */
const FRESH_DIM = 128;

/** Reads the encoder of a folder. Throws `model` where its files do not belong together or are of another kind. */
export async function readHubEncoder(folder: string, options: HubEncoderOptions): Promise<HubEncoder> {
  const tokenizer = await Tokenizer.load(folder);
  const saved = await readSavedSpec(folder);
  const { ignored, modules, ...read } = await readEncoder(folder);
  const { encoder, freshHead } = withHead(read, modules !== undefined, folder, options);
  const net = architectureOf(encoder.config);
  checkVocabulary(tokenizer, net.vocab, folder);
  const forms = saved ?? (await readForms(folder, { ...net, tokenizer }));
  const { scoring = saved?.scoring ?? SPEC_DEFAULTS.scoring, text = saved?.text ?? SPEC_DEFAULTS.text } = options;
  const form = (side: Side): TextForm => formOf(forms[side], side, options, net.head, tokenizer);
  const { queryText = saved?.queryText } = options;
  const asked = queryText === undefined || queryText === 'question' ? {} : { queryText };
  const spec: RetrieverSpec = { scoring, text, query: form('query'), document: form('document'), ...asked };
  for (const side of ['query', 'document'] as const) checkLength(spec[side].maxTokens, net.maxTokens, side, folder);
  const hash = encoderHash(encoder, await readTokenizerFiles(folder));
  return { encoder, spec, tokenizer, hash, ignored, freshHead };
}

/** Throws `model` where texts can become ids that the embedding table has no row for. */
export function checkVocabulary({ largestId }: Pick<Tokenizer, 'largestId'>, vocab: number, folder: string): void {
  if (largestId < vocab) return;
  throw new RaRftError({
    code: 'model',
    message: `the tokenizer has ids up to ${largestId}, the embedding table ${vocab} rows`,
    where: folder,
    expected: 'the tokenizer that the encoder was trained with',
  });
}

function checkLength(length: number, longest: number, side: Side, folder: string): void {
  if (length <= longest) return;
  throw new RaRftError({
    code: 'config',
    message: `texts of ${length} tokens for the encoder in ${folder}`,
    where: side === 'query' ? 'maxQueryTokens' : 'maxDocumentTokens',
    expected: `at most ${longest} tokens`,
  });
}

function formOf(
  form: TextForm,
  side: Side,
  { prefix, maxTokens, chunks }: HubEncoderOptions,
  head: EncoderHead,
  tokenizer: Tokenizer,
): TextForm {
  const own = prefix?.[side];
  const isToken = own !== undefined && head === 'late-interaction' && tokenizer.tokenId(own) !== undefined;
  return {
    ...form,
    ...(side === 'document' && chunks !== undefined && { chunks }),
    ...(own !== undefined && { prefix: own, prefixAs: isToken ? 'token' : 'text' }),
    maxTokens: maxTokens?.[side] ?? form.maxTokens,
  };
}

/** The folder's own head, or a fresh one where it has none or another is asked for. */
function withHead(
  { config, params }: EncoderCheckpoint,
  hasHead: boolean,
  folder: string,
  { head, dim, seed, trainEmbeddings, frozenLayers }: HubEncoderOptions,
): { encoder: EncoderCheckpoint; freshHead: boolean } {
  if (config.kind === 'small') {
    refuseOther('head', head, config.head, folder);
    refuseOther('dim', dim, config.dim, folder);
    return { encoder: { config, params }, freshHead: false };
  }
  const training = {
    trainEmbeddings: trainEmbeddings ?? config.trainEmbeddings,
    frozenLayers: frozenLayers ?? config.frozenLayers,
  };
  if (training.frozenLayers > config.layers)
    refuseOther('frozenLayers', training.frozenLayers, config.layers, folder, 'at most ');
  if (hasHead && (head ?? headKind(config.head)) === headKind(config.head)) {
    refuseOther('dim', dim, headDim(config.head, config.hidden), folder);
    return { encoder: { config: { ...config, ...training }, params }, freshHead: false };
  }
  const fresh = freshHead(head ?? 'late-interaction', dim);
  const body = architectureOf({ ...config, head: { pooling: 'token', dense: [] } });
  const kept: Params = new Map(body.params.map(({ name }) => [name, params.get(name)!]));
  const rng = Rng.fromSeed(seed).fork('head');
  for (const { name, shape } of headParams(fresh, config.hidden)) {
    const stream = rng.fork(name);
    const deviation = 1 / Math.sqrt(shape[1]!);
    kept.set(
      name,
      Float32Array.from({ length: sizeOf(shape) }, () => deviation * stream.normal()),
    );
  }
  const made: HubConfig = { ...config, ...training, head: fresh };
  return { encoder: { config: made, params: kept }, freshHead: fresh.dense.length > 0 };
}

/** A projection of every token; one vector a text is the mean of the hidden states, projected where a size is asked for. */
function freshHead(kind: EncoderHead, dim: number | undefined): HeadConfig {
  if (kind === 'late-interaction') return { pooling: 'token', dense: [dim ?? FRESH_DIM] };
  return { pooling: 'mean', dense: dim === undefined ? [] : [dim] };
}

function refuseOther<T>(key: string, asked: T | undefined, own: T, folder: string, atMost = ''): void {
  if (asked === undefined || asked === own) return;
  throw new RaRftError({
    code: 'config',
    message: `${key} is ${String(asked)}, but the encoder in ${folder} has ${String(own)}`,
    where: key,
    expected: `${atMost}${String(own)}, or the key left out`,
  });
}
