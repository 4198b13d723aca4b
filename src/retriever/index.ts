/** Retrievers behind one interface: BM25, random, oracle, and encoders, late-interaction or single-vector, trained on relevance labels or not. */
export { makeBatch, batches, type Batch, type BatchOptions, type InBatchPositives } from './batches.js';
export { Bm25Retriever, BM25_DEFAULTS, type Bm25Options } from './bm25.js';
export type { EncoderCheckpoint } from '../models/encoder-folder.js';
export { createEncoder, ENCODER_DEFAULTS, type EncoderShape } from './create.js';
export { EncoderClient } from './encoder-client.js';
export type { Encoder, EncoderSetup, TrainBatch, TrainStepResult, TrainUpdate } from './encoder-port.js';
export {
  anyBm25OptionsOf,
  bm25OptionsOf,
  encoderSettings,
  encoderShapeOf,
  specOf,
  trainOptionsOf,
  type EncoderEntry,
  type EncoderSettings,
  type RetrieverEntry,
} from './from-config.js';
export { EncoderSession } from './encoder-session.js';
export {
  corpusHash,
  readIndex,
  readIndexHeader,
  writeIndex,
  type Index,
  type IndexHeader,
  type IndexKey,
} from './index-folder.js';
export { infoNce, SATURATION, type InfoNceResult, type PairMasks } from './infonce.js';
export { EncoderRetriever, type EncoderRetrieverOptions } from './encoder-retriever.js';
export { maxSim, maxSimMatrix, type Scoring } from './maxsim.js';
export {
  gradeRanking,
  mean,
  relevanceFromLabels,
  relevanceFromTruth,
  type RankingMetrics,
  type Relevance,
} from './metrics.js';
export { OracleRetriever } from './oracle.js';
export { collectLabels, truthPairs, withoutUnjudged, type LabelledQueries, type LabelledQuery } from './pairs.js';
export { RandomRetriever } from './random.js';
export { rankTraces } from './ranking.js';
export {
  readEncoderHash,
  readRetriever,
  writeRetriever,
  type RetrieverFolder,
  type RetrieverHeader,
} from './retriever-folder.js';
export { splitQueries, type QueryParts, type QueryShares } from './split-queries.js';
export { SPEC_DEFAULTS, tokenizeDocuments, tokenizeQueries, type RetrieverSpec, type Tokenize } from './spec.js';
export { documentText, words, type DocumentText } from './text.js';
export type { TokenVectors } from './token-vectors.js';
export {
  schedule,
  trainRetriever,
  type TrainData,
  type TrainHooks,
  type TrainOptions,
  type TrainReport,
} from './train.js';
export { retrieverMetricGlossary, type TrainMetrics, type Validation } from './train-metrics.js';
export type { Hit, Query, Retriever, SearchOptions } from './types.js';
