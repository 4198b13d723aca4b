/** The configuration's retrievers as the options of the parts; the only place that knows both. */
import type { Config } from '../config/schema.js';
import { BM25_DEFAULTS, type Bm25Options } from './lexical/bm25.js';
import type { EncoderShape } from './encode/create.js';
import type { PolicyEncoderShape } from './encode/policy-encoder.js';
import type { RetrieverSpec } from './encode/spec.js';
import { PLAIN_FORM, type TextForm } from './encode/text-form.js';
import type { TrainOptions } from './train/train.js';

type Section = Config['retriever'];

/** An entry of the map `retrievers`. */
export type RetrieverEntry = Config['retrievers'][string];
export type EncoderEntry = Extract<RetrieverEntry, { kind: 'encoder' }>;
type Bm25Entry = Extract<RetrieverEntry, { kind: 'bm25' }>;

/** All that an encoder is made, trained and searched with. */
export type EncoderSettings = Omit<Section, 'validationShare' | 'testShare'> & Pick<EncoderEntry, 'policy'>;

/** Validations in a training. */
const VALIDATIONS = 10;

/** The settings of an encoder: its own, and those of the section `retriever` for what it does not say. */
export function encoderSettings(section: Section, entry: EncoderEntry): EncoderSettings {
  const { validationShare: _validation, testShare: _test, ...shared } = section;
  const { kind: _kind, trained: _trained, ...own } = entry;
  return { ...shared, ...own };
}

export function specOf(settings: EncoderSettings): RetrieverSpec {
  const { scoring, queryPrefix, documentPrefix, maxQueryTokens, maxDocumentTokens, document: text } = settings;
  const form: Omit<TextForm, 'prefix' | 'maxTokens'> = { ...PLAIN_FORM, ...(poolsLast(settings) && { end: true }) };
  return {
    scoring,
    query: { ...form, prefix: queryPrefix, maxTokens: maxQueryTokens },
    document: { ...form, prefix: documentPrefix, maxTokens: maxDocumentTokens },
    text,
  };
}

function poolsLast({ policy, head }: EncoderSettings): boolean {
  return policy?.pooling === 'last' && head === 'single-vector';
}

export function encoderShapeOf(settings: EncoderSettings): EncoderShape {
  const { head, dim, hidden, convWidth, layers, transformerLayers, heads, trainEmbeddings } = settings;
  const maxTokens = Math.max(settings.maxQueryTokens, settings.maxDocumentTokens);
  return { head, dim, hidden, convWidth, convLayers: layers, transformerLayers, heads, trainEmbeddings, maxTokens };
}

/** The shape of an encoder that is the policy itself; undefined where it is the small one. */
export function policyShapeOf(settings: EncoderSettings): PolicyEncoderShape | undefined {
  const { policy, head, dim, trainEmbeddings } = settings;
  if (!policy) return undefined;
  const { layer, train, rank, frozenLayers, attention, pooling } = policy;
  const training = {
    projection: { kind: 'projection' },
    lora: { kind: 'lora', rank, alpha: 2 * rank },
    full: { kind: 'full', frozenLayers, embeddings: trainEmbeddings },
  } as const;
  return {
    layer,
    train: training[train],
    attention,
    pooling: head === 'late-interaction' ? 'token' : pooling,
    dim,
    maxTokens: Math.max(settings.maxQueryTokens, settings.maxDocumentTokens),
  };
}

export function trainOptionsOf(settings: EncoderSettings, seed: number): TrainOptions {
  const { steps, batchSize, learningRate, warmupShare, weightDecay, maxGradNorm, tokenDropout } = settings;
  const evalEvery = Math.max(1, Math.ceil(steps / VALIDATIONS));
  return {
    steps,
    batchSize,
    learningRate,
    warmupShare,
    weightDecay,
    maxGradNorm,
    evalEvery,
    inBatchPositives: 'mask',
    tokenDropout,
    seed,
  };
}

export function bm25OptionsOf(
  section: Section,
  { k1, b, document = section.document }: Omit<Bm25Entry, 'kind'>,
): Bm25Options {
  return { k1, b, document };
}

/** BM25 where no entry is named: the first of that kind in the map, with its usual options where there is none. */
export function anyBm25OptionsOf({ retriever, retrievers }: Pick<Config, 'retriever' | 'retrievers'>): Bm25Options {
  const entry = Object.values(retrievers).find((one) => one.kind === 'bm25');
  return bm25OptionsOf(retriever, entry ?? { k1: BM25_DEFAULTS.k1, b: BM25_DEFAULTS.b });
}
