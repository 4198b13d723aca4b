/** Retrievers behind one interface: BM25, random, oracle, and encoders, late-interaction or single-vector, trained on relevance labels or not. */
export {
  draws,
  makeBatch,
  type Batch,
  type BatchOptions,
  type Draw,
  type InBatchPositives,
  type Negatives,
} from './train/batches.js';
export { smallShapeKeys } from './keys.js';
export { checkpointFolder, newestStepOf, type CheckpointStore, type TrainCheckpoint } from './train/checkpoint.js';
export { documentsOfQuery } from './train/documents.js';
export { pairLoss, type LossKind, type LossSettings } from './train/loss.js';
export type { HardNegativeOptions } from './train/hard-negatives.js';
export { Bm25Retriever, BM25_DEFAULTS, type Bm25Options } from './lexical/bm25.js';
export type { EncoderCheckpoint } from '../models/encoders/folder.js';
export { createEncoder, ENCODER_DEFAULTS, type EncoderShape } from './encode/create.js';
export { createPolicyEncoder, policyEncoderOf, type PolicyEncoderShape } from './encode/policy-encoder.js';
export { readHubEncoder, type HubEncoder, type HubEncoderOptions } from './encode/hub-encoder.js';
export { openEncoder, startEncoder, type EncoderInMemory, type OpenEncoderOptions } from './encode/open.js';
export type { EncoderNet, NetSetup, Scorer, TokenBatch, TrainStepResult, TrainUpdate } from './encode/net/port.js';
export { NetClient } from './encode/net/client.js';
export { NetEncoder } from './encode/net-encoder.js';
export type { EncodedTexts, EncoderInfo, Side, TextEncoder, TrainableEncoder } from './encode/types.js';
export {
  PLAIN_FORM,
  tokenizeBy,
  type FormTokenizer,
  type TextForm,
  type TextForms,
  type TokenizeTexts,
} from './encode/text-form.js';
export {
  anyBm25OptionsOf,
  bm25OptionsOf,
  diversityOf,
  encoderSettings,
  encoderShapeOf,
  policyShapeOf,
  hubOptionsOf,
  specOf,
  trainOptionsOf,
  type EmbeddingsEntry,
  type EncoderEntry,
  type EncoderSettings,
  type RetrieverEntry,
} from './from-config.js';
export { NetSession } from './encode/net/session.js';
export { scoreTexts } from './index/score-texts.js';
export { ExactIndex } from './index/exact-index.js';
export { openRemoteIndex, remoteIndexName, type IndexServer } from './index/remote/open.js';
export { RemoteIndex } from './index/remote/remote-index.js';
export type { IndexDocument, IndexSearch, Scored, TokenIndex } from './index/types.js';
export { searchAllowed } from './search-allowed.js';
export { corpusHash, readIndexHeader, type IndexHeader, type IndexKey } from './index/store/header.js';
export { IndexClient } from './index/index-client.js';
export type { IndexSetup } from './index/index-worker.js';
export { compileFilter, type Fields, type Filter } from './index/filter.js';
export type { IndexDtype } from './index/store/quantise.js';
export { IndexStore, type AddFacts } from './index/store/store.js';
export { StoredIndex, type StoredIndexOptions } from './index/stored-index.js';
export { infoNce, SATURATION, type InfoNceResult, type LossResult, type PairMasks } from './train/infonce.js';
export { EncoderRetriever, type EncoderRetrieverOptions, type OpenedHeader } from './index/encoder-retriever.js';
export { maxSim, maxSimMatrix, type Scoring } from './score/maxsim.js';
export {
  gradeRanking,
  mean,
  relevanceFromLabels,
  relevanceFromTruth,
  type RankingMetrics,
  type Relevance,
} from './grade/metrics.js';
export { OracleRetriever } from './controls/oracle.js';
export {
  collectLabels,
  truthPairs,
  withoutNearDuplicates,
  withoutUnjudged,
  type JudgedTrace,
  type LabelledQueries,
  type LabelledQuery,
} from './train/pairs.js';
export { RandomRetriever } from './controls/random.js';
export { optionsOf, rank, RankedTraces, type RankOptions } from './score/ranking.js';
export {
  readRetriever,
  writeRetriever,
  type RetrieverFolder,
  type RetrieverHeader,
} from './encode/retriever-folder.js';
export { CrossFittedRetriever } from './cross-fitted.js';
export { foldQueries } from './train/query-folds.js';
export { splitQueries, type QueryParts, type QueryShares } from './train/split-queries.js';
export { SPEC_DEFAULTS, type RetrieverSpec } from './encode/spec.js';
export { documentText, queryText, words, type DocumentText, type QueryText } from './encode/text.js';
export type { TokenizedTexts, TokenText } from './encode/token-text.js';
export type { TokenVectors } from './encode/token-vectors.js';
export {
  schedule,
  stepsOfEpoch,
  trainRetriever,
  type TrainData,
  type TrainHooks,
  type TrainOptions,
  type TrainReport,
} from './train/train.js';
export { retrieverMetricGlossary, type TrainMetrics, type Validation } from './train/train-metrics.js';
export * from './library/index.js';
export { readBeir, type BeirCollection, type BeirQuery } from './grade/beir.js';
export { gradeTrec, type TrecGrades } from './grade/trec.js';
export { diversify } from './diversify.js';
export { poolOf, type Diversity } from './score/diversity.js';
export { EncodedRetriever } from './embeddings/encoded-retriever.js';
export { ServerEncoder, type ServerPrefixes } from './embeddings/server-encoder.js';
export { FusedRetriever, type FusedPart, type FuseOptions } from './fuse/fused-retriever.js';
export { RerankRetriever, type RerankOptions } from './rerank/rerank-retriever.js';
export type { Found, Hit, Query, TraceRetriever, SearchOptions, Truncated } from './types.js';
