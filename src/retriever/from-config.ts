/** The configuration's retrievers as the options of the parts; the only place that knows both. */
import type { Config } from '../config/schema.js';
import { BM25_DEFAULTS, type Bm25Options } from './lexical/bm25.js';
import type { Diversity } from './score/diversity.js';
import type { EncoderShape } from './encode/create.js';
import type { PolicyEncoderShape } from './encode/policy-encoder.js';
import type { HubEncoderOptions } from './encode/hub-encoder.js';
import type { RetrieverSpec } from './encode/spec.js';
import { PLAIN_FORM, type TextForm } from './encode/text-form.js';
import { stepsOfEpoch, type TrainOptions } from './train/train.js';

type Section = Config['retriever'];

/** An entry of the map `retrievers`. */
export type RetrieverEntry = Config['retrievers'][string];
export type EncoderEntry = Extract<RetrieverEntry, { kind: 'encoder' }>;
type Bm25Entry = Extract<RetrieverEntry, { kind: 'bm25' }>;
export type EmbeddingsEntry = Extract<RetrieverEntry, { kind: 'embeddings' }>;

/** All that an encoder is made, trained and searched with. */
export type EncoderSettings = Omit<Section, 'validationShare' | 'testShare' | 'crossFit'> &
  Pick<EncoderEntry, 'policy'>;

/** The paper's, for encoders that know something already; one of a small encoder from scratch would undo them. */
const HUB_LEARNING_RATE = 3e-5;
/** Validations in a training. */
const VALIDATIONS = 10;

/** The settings of an encoder: its own, and those of the section `retriever` for what it does not say. */
export function encoderSettings(
  section: Omit<Section, 'crossFit'> & Partial<Pick<Section, 'crossFit'>>,
  entry: Pick<EncoderEntry, 'kind' | 'trained'> & Partial<EncoderEntry>,
): EncoderSettings {
  const { validationShare: _validation, testShare: _test, crossFit: _folds, ...shared } = section;
  const {
    kind: _kind,
    trained: _trained,
    model,
    frozenLayers: _frozen,
    diversity: _diversity,
    lambda: _lambda,
    mostAlike: _mostAlike,
    server: _server,
    ...own
  } = entry;
  return { ...shared, ...(typeof model === 'string' && { learningRate: HUB_LEARNING_RATE }), ...own };
}

/** What an entry says of the encoder in its folder; the section `retriever` is about the small ones. */
export function hubOptionsOf(section: Section, entry: EncoderEntry, seed: number): HubEncoderOptions {
  const { head, dim, queryPrefix, documentPrefix, maxQueryTokens, maxDocumentTokens } = entry;
  const { scoring, document: text, chunks, query } = encoderSettings(section, entry);
  const { trainEmbeddings = false, frozenLayers } = entry;
  return {
    head,
    dim,
    scoring,
    text,
    chunks,
    queryText: query,
    prefix: { query: queryPrefix, document: documentPrefix },
    maxTokens: { query: maxQueryTokens, document: maxDocumentTokens },
    trainEmbeddings,
    frozenLayers,
    seed,
  };
}

export function specOf(settings: EncoderSettings): RetrieverSpec {
  const { scoring, queryPrefix, documentPrefix, maxQueryTokens, maxDocumentTokens, document: text } = settings;
  const form: Omit<TextForm, 'prefix' | 'maxTokens'> = { ...PLAIN_FORM, ...(poolsLast(settings) && { end: true }) };
  return {
    scoring,
    query: { ...form, prefix: queryPrefix, maxTokens: maxQueryTokens },
    document: { ...form, prefix: documentPrefix, maxTokens: maxDocumentTokens, ...chunksOf(settings) },
    text,
    ...askedOf(settings),
  };
}

/** Specs of older folders do not name it, which means the question. */
function askedOf({ query }: Pick<EncoderSettings, 'query'>): Pick<RetrieverSpec, 'queryText'> {
  return query === 'question' ? {} : { queryText: query };
}

/** Forms of older folders do not name it, which means 1. */
function chunksOf({ chunks }: Pick<EncoderSettings, 'chunks'>): Pick<TextForm, 'chunks'> {
  return chunks > 1 ? { chunks } : {};
}

function poolsLast({ policy, head }: EncoderSettings): boolean {
  return policy?.pooling === 'last' && head === 'single-vector';
}

export function encoderShapeOf(settings: EncoderSettings): EncoderShape {
  const { head, dim, hidden, convWidth, layers, transformerLayers, heads, trainEmbeddings } = settings;
  const maxTokens = Math.max(settings.maxQueryTokens, settings.maxDocumentTokens);
  return { head, dim, hidden, convWidth, convLayers: layers, transformerLayers, heads, trainEmbeddings, maxTokens };
}

/** The shape of an encoder that is the policy itself; undefined where it is not. */
export function policyShapeOf(section: Section, entry: EncoderEntry): PolicyEncoderShape | undefined {
  const { policy, frozenLayers } = entry;
  if (!policy) return undefined;
  const { layer, train, rank, attention, pooling } = policy;
  const { head, dim, trainEmbeddings, maxQueryTokens, maxDocumentTokens } = encoderSettings(section, entry);
  const isFull = train === 'full';
  return {
    layer,
    head: { pooling: head === 'late-interaction' ? 'token' : pooling, dense: [dim] },
    attention,
    maxTokens: Math.max(maxQueryTokens, maxDocumentTokens),
    lora: train === 'lora' ? { rank, alpha: 2 * rank } : null,
    trainEmbeddings: isFull && trainEmbeddings,
    frozenLayers: isFull ? frozenLayers : 'all',
  };
}

/** `queries`: labelled queries to train on; with `epochs` they decide how many steps there are. */
export function trainOptionsOf(settings: EncoderSettings, seed: number, queries: number): TrainOptions {
  const { batchSize, learningRate, warmupShare, weightDecay, maxGradNorm, tokenDropout, epochs } = settings;
  const { inBatchPositives, negatives, judgedPerQuery, queryWeights, nearDuplicate, microBatch } = settings;
  const steps = epochs > 0 ? epochs * stepsOfEpoch(queries, batchSize) : settings.steps;
  return {
    steps,
    batchSize,
    learningRate,
    warmupShare,
    weightDecay,
    maxGradNorm,
    evalEvery: Math.max(1, Math.ceil(steps / VALIDATIONS)),
    tokenDropout,
    seed,
    loss: { kind: settings.loss, gainTemperature: settings.gainTemperature, contrastWeight: settings.contrastWeight },
    inBatchPositives,
    negatives,
    judgedPerQuery,
    queryWeights,
    nearDuplicate,
    hardNegatives: {
      perQuery: settings.hardNegatives,
      fromRank: settings.hardNegativesFromRank,
      toRank: settings.hardNegativesToRank,
      margin: settings.hardNegativesMargin,
      everySteps: settings.hardNegativesEverySteps,
    },
    microBatch,
    checkpointEvery: settings.checkpointEverySteps,
  };
}

export function bm25OptionsOf({ k1, b, document }: Omit<Bm25Entry, 'kind' | 'diversity'>): Bm25Options {
  return { k1, b, document };
}

/** Where an entry says nothing else. */
const LAMBDA = 0.7;

/** How the hits of an entry are to differ; undefined where they need not. */
export function diversityOf(entry: RetrieverEntry): Diversity | undefined {
  if (!('diversity' in entry) || entry.diversity === undefined || entry.diversity === 'none') return undefined;
  if (entry.diversity !== 'vectors') return { by: entry.diversity };
  return entry.mostAlike === undefined ? { lambda: entry.lambda ?? LAMBDA } : { mostAlike: entry.mostAlike };
}

/** BM25 where no entry is named: the first of that kind in the map, with its usual options where there is none. */
export function anyBm25OptionsOf({ retrievers }: Pick<Config, 'retrievers'>): Bm25Options {
  const entry = Object.values(retrievers).find((one) => one.kind === 'bm25');
  return bm25OptionsOf(entry ?? BM25_DEFAULTS);
}
