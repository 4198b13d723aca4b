/** The roles of an encoder: what search needs of it, and what training needs beyond that. */
import type { Params } from '../../models/parameters.js';
import type { Scoring } from '../score/maxsim.js';
import type { NetTrainingState, Scorer, TokenBatch, TrainStepResult, TrainUpdate } from './net/port.js';
import type { TokenizedTexts, TokenText } from './token-text.js';
import type { TokenVectors } from './token-vectors.js';

/** Encoders may treat questions and documents differently: other prefixes, other lengths. */
export type Side = 'query' | 'document';

/** What an index must know of the encoder whose vectors it holds. */
export interface EncoderInfo {
  /** Length of the vectors. */
  dim: number;
  /** Stands for all that decides the vectors: architecture, weights, tokenizer, prefixes and lengths. */
  hash: string;
  /** How its vectors are compared. */
  scoring: Scoring;
  /** What a step of its training costs, in encodings of the same tokens; left out: 3. */
  trainPasses?: number;
}

/** Texts as vectors, in their order. */
export interface EncodedTexts {
  /** One sequence for each chunk of a text, so one for all but long documents. */
  texts: TokenVectors[];
  /** Places of the texts that were longer than the encoder takes, and were cut. */
  cut: readonly number[];
}

/** Texts in, vectors out. It has a tokenizer and weights of its own, or a server that has. */
export interface TextEncoder {
  readonly info: EncoderInfo;
  encode(texts: readonly string[], side: Side): Promise<EncodedTexts>;
  dispose(): Promise<void>;
}

/** An encoder that is trained here. Training tokenises every text once, so tokens go in and out. */
export interface TrainableEncoder extends TextEncoder {
  tokenize(texts: readonly string[], side: Side): TokenizedTexts;
  encodeTokens(texts: readonly TokenText[]): Promise<TokenVectors>;
  /** Forward, scores, loss, backward and one AdamW update. */
  step(batch: TokenBatch, update: TrainUpdate): Promise<TrainStepResult>;
  /** A copy of the trained parameters (frozen ones are not among them). */
  snapshot(): Promise<Params>;
  /** Puts a snapshot back. The optimizer's moments stay as they are: for keeping the best, not for resuming. */
  restore(snapshot: Params): Promise<void>;
  /** A copy of weights and optimizer, and going on from one: a training that was interrupted ends as one that was not. */
  trainingState(): Promise<NetTrainingState>;
  setTrainingState(state: NetTrainingState): Promise<void>;
  /** Compares vectors in the encoder's own thread, so that the native library is loaded there once. */
  readonly scorer: Scorer;
}
