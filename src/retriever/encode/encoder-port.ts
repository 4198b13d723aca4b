/** What training and search need of an encoder, wherever it runs: in this thread (tests) or in a worker. */
import type { EncoderConfig } from '../../models/encoder-config.js';
import type { Params } from '../../models/parameters.js';
import type { PairMasks } from '../train/infonce.js';
import type { Scoring } from '../score/maxsim.js';
import type { TokenVectors } from './token-vectors.js';

/** What an encoder is opened with. */
export interface EncoderSetup {
  config: EncoderConfig;
  params: Params;
  scoring: Scoring;
  /** Temperature of InfoNCE; matters for training only. */
  temperature: number;
  /** Threads of tensor work; undefined leaves it to the runtime. */
  threads?: number | undefined;
}

/** One batch as token ids, and what its pairs say. */
export interface TrainBatch {
  queries_Q: readonly Int32Array[];
  documents_D: readonly Int32Array[];
  masks: PairMasks;
}

/** Settings of one AdamW update. */
export interface TrainUpdate {
  learningRate: number;
  weightDecay: number;
  /** Clip the global gradient norm to this; 0 does not clip. */
  maxGradNorm: number;
}

export interface TrainStepResult {
  /** InfoNCE before the update. */
  loss: number;
  /** Global L2 norm of the gradient before clipping. */
  gradNorm: number;
  /** See `InfoNceResult.meanMaxProbability`. */
  meanMaxProbability: number;
}

export interface Encoder {
  /** Vectors of texts, in their order. */
  encode(ids: readonly Int32Array[]): Promise<TokenVectors>;
  /** Forward, MaxSim, InfoNCE, backward and one AdamW update. */
  trainStep(batch: TrainBatch, update: TrainUpdate): Promise<TrainStepResult>;
  /** Keeps the documents that `score` compares with. */
  setDocuments(vectors: TokenVectors): Promise<void>;
  /** MaxSim of every query with every kept document, [Q * D] row by row; minus infinity for a document without tokens. */
  score(queries: TokenVectors): Promise<Float32Array>;
  /** A copy of the trained parameters (a frozen table is not among them). */
  snapshot(): Promise<Params>;
  /** Puts a snapshot back. The optimizer's moments stay as they are: for keeping the best, not for resuming. */
  restore(snapshot: Params): Promise<void>;
  dispose(): Promise<void>;
}
