/** What a text encoder needs of its network, wherever that runs: in this thread (tests) or in a worker. Token ids go in, vectors come out. */
import type { EncoderConfig } from '../../../models/encoders/config.js';
import type { Params } from '../../../models/parameters.js';
import type { Scoring } from '../../score/maxsim.js';
import type { PairMasks } from '../../train/infonce.js';
import type { TokenVectors } from '../token-vectors.js';
import type { TokenText } from '../token-text.js';

/** What a network is opened with. */
export interface NetSetup {
  config: EncoderConfig;
  params: Params;
  scoring: Scoring;
  /** Temperature of InfoNCE; matters for training only. */
  temperature: number;
  /** Threads of tensor work; undefined leaves it to the runtime. */
  threads?: number | undefined;
}

/** One batch as token ids, and what its pairs say. */
export interface TokenBatch {
  queries_Q: readonly TokenText[];
  documents_D: readonly TokenText[];
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

/** MaxSim of many queries with a set of documents that it keeps. */
export interface Scorer {
  setDocuments(vectors: TokenVectors): Promise<void>;
  /** Scores of every query with every kept document, [Q * D] row by row; minus infinity for a document without tokens. */
  score(queries: TokenVectors): Promise<Float32Array>;
}

export interface EncoderNet extends Scorer {
  /** Vectors of texts, in their order: those of the tokens that are kept. */
  encode(texts: readonly TokenText[]): Promise<TokenVectors>;
  /** Forward, MaxSim, InfoNCE, backward and one AdamW update. */
  trainStep(batch: TokenBatch, update: TrainUpdate): Promise<TrainStepResult>;
  /** A copy of the trained parameters. */
  snapshot(): Promise<Params>;
  restore(snapshot: Params): Promise<void>;
  dispose(): Promise<void>;
}
