/** What a text encoder needs of its network, wherever that runs: in this thread (tests) or in a worker. Token ids go in, vectors come out. */
import type { EncoderConfig } from '../../../models/encoders/config.js';
import type { Params } from '../../../models/parameters.js';
import type { Scoring } from '../../score/maxsim.js';
import type { AdamWState } from '../../../optim/adamw.js';
import type { PairMasks } from '../../train/infonce.js';
import type { LossSettings } from '../../train/loss.js';
import type { TokenVectors } from '../token-vectors.js';
import type { TokenText } from '../token-text.js';

/** What a network is opened with. */
export interface NetSetup {
  config: EncoderConfig;
  params: Params;
  scoring: Scoring;
  /** Temperature of the scores in the loss; matters for training only. */
  temperature: number;
  /** Threads of tensor work; undefined leaves it to the runtime. */
  threads?: number | undefined;
}

/** One batch as token ids, and what its pairs say. */
export interface TokenBatch {
  queries_Q: readonly TokenText[];
  documents_D: readonly TokenText[];
  masks: PairMasks;
  /** Left out: InfoNCE. */
  loss?: LossSettings;
}

/** Settings of one AdamW update. */
export interface TrainUpdate {
  learningRate: number;
  weightDecay: number;
  /** Clip the global gradient norm to this; 0 does not clip. */
  maxGradNorm: number;
  /**
   * Texts whose activations are held at a time, by cached gradients; the same gradients as all at once. 0 or left out, or where the
   * batch has no more on either side: all at once, which is faster.
   */
  microBatch?: number;
}

/** All that training goes on from: weights, and the optimizer with its moments. */
export interface NetTrainingState {
  params: Params;
  optimizer: AdamWState;
}

export interface TrainStepResult {
  /** Loss before the update. */
  loss: number;
  /** Global L2 norm of the gradient before clipping. */
  gradNorm: number;
  /** See `LossResult.meanMaxProbability`. */
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
  /** Forward, MaxSim, loss, backward and one AdamW update. */
  trainStep(batch: TokenBatch, update: TrainUpdate): Promise<TrainStepResult>;
  /** A copy of the trained parameters. */
  snapshot(): Promise<Params>;
  restore(snapshot: Params): Promise<void>;
  /** A copy of weights and optimizer, for a checkpoint. */
  trainingState(): Promise<NetTrainingState>;
  /** Goes on from a copy. Throws `model` where it is of another network. */
  setTrainingState(state: NetTrainingState): Promise<void>;
  dispose(): Promise<void>;
}
