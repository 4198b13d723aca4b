/** The configuration's retrievers as the options of the parts; the only place that knows both. */
import type { Config } from '../config/schema.js';
import { BM25_DEFAULTS, type Bm25Options } from './lexical/bm25.js';
import type { Diversity } from './score/diversity.js';
import type { EncoderShape } from './encode/create.js';
import type { RetrieverSpec } from './encode/spec.js';
import { PLAIN_FORM } from './encode/text-form.js';
import type { TrainOptions } from './train/train.js';

type Section = Config['retriever'];

/** An entry of the map `retrievers`. */
export type RetrieverEntry = Config['retrievers'][string];
export type EncoderEntry = Extract<RetrieverEntry, { kind: 'encoder' }>;
type Bm25Entry = Extract<RetrieverEntry, { kind: 'bm25' }>;
export type EmbeddingsEntry = Extract<RetrieverEntry, { kind: 'embeddings' }>;

/** All that an encoder is made, trained and searched with. */
export type EncoderSettings = Omit<Section, 'validationShare' | 'testShare'>;

/** Validations in a training. */
const VALIDATIONS = 10;

/** The settings of an encoder: its own, and those of the section `retriever` for what it does not say. */
export function encoderSettings(
  section: Section,
  entry: Pick<EncoderEntry, 'kind' | 'trained'> & Partial<EncoderEntry>,
): EncoderSettings {
  const { validationShare: _validation, testShare: _test, ...shared } = section;
  const { kind: _kind, trained: _trained, diversity: _diversity, lambda: _lambda, ...own } = entry;
  return { ...shared, ...own };
}

export function specOf(settings: EncoderSettings): RetrieverSpec {
  return {
    scoring: settings.scoring,
    query: { ...PLAIN_FORM, prefix: settings.queryPrefix, maxTokens: settings.maxQueryTokens },
    document: { ...PLAIN_FORM, prefix: settings.documentPrefix, maxTokens: settings.maxDocumentTokens },
    text: settings.document,
  };
}

export function encoderShapeOf(settings: EncoderSettings): EncoderShape {
  const { head, dim, hidden, convWidth, layers, transformerLayers, heads, trainEmbeddings } = settings;
  const maxTokens = Math.max(settings.maxQueryTokens, settings.maxDocumentTokens);
  return { head, dim, hidden, convWidth, convLayers: layers, transformerLayers, heads, trainEmbeddings, maxTokens };
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
  { k1, b, document = section.document }: Omit<Bm25Entry, 'kind' | 'diversity'>,
): Bm25Options {
  return { k1, b, document };
}

/** Where an entry says nothing else. */
const LAMBDA = 0.7;

/** How the hits of an entry are to differ; undefined where they need not. */
export function diversityOf(entry: RetrieverEntry): Diversity | undefined {
  if (!('diversity' in entry) || entry.diversity === undefined || entry.diversity === 'none') return undefined;
  return entry.diversity === 'vectors' ? { lambda: entry.lambda ?? LAMBDA } : { by: entry.diversity };
}

/** BM25 where no entry is named: the first of that kind in the map, with its usual options where there is none. */
export function anyBm25OptionsOf({ retriever, retrievers }: Pick<Config, 'retriever' | 'retrievers'>): Bm25Options {
  const entry = Object.values(retrievers).find((one) => one.kind === 'bm25');
  return bm25OptionsOf(retriever, entry ?? { k1: BM25_DEFAULTS.k1, b: BM25_DEFAULTS.b });
}
