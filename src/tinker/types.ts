/**
 * What goes over the Tinker API, in the names of the field. Tokens are ids; text never enters. A sequence x of L tokens is
 * trained as `tokens` x[0..L-1) with `targetTokens` x[1..L): position i of every per-token array belongs to target x[i+1].
 */

/** One number a token. */
export type TensorData = Int32Array | Float32Array;

/** Per-token inputs of a loss, all of the length of the datum's tokens. Servers know these; others may know more. */
export interface LossFnInputs {
  targetTokens: Int32Array;
  weights?: Float32Array;
  /** Log-probabilities of the targets under the policy that sampled them. */
  logprobs?: Float32Array;
  advantages?: Float32Array;
  [name: string]: TensorData | undefined;
}

/** A sequence to learn from or to score. */
export interface Datum {
  tokens: Int32Array;
  lossFnInputs: LossFnInputs;
}

/** Losses that servers know; which server knows which stands in docs/tinker.md. */
export type LossFn = 'cross_entropy' | 'importance_sampling' | 'ppo' | 'cispo' | 'dro' | (string & {});

export interface ForwardBackwardRequest {
  data: readonly Datum[];
  lossFn: LossFn;
  /** Settings of the loss, in the server's own names (`clip_low_threshold`). */
  lossFnConfig?: Readonly<Record<string, number>>;
}

/** What the loss says of one datum. */
export interface LossFnOutput {
  /** log p of each target. Finite, one a target. */
  logprobs: Float32Array;
  /** What else the server says of it, in the server's names. */
  [name: string]: TensorData;
}

export interface ForwardBackwardResult {
  /** One a datum, in their order. */
  outputs: LossFnOutput[];
  /** As the server calls them (`loss:sum`); some servers give none. */
  metrics: Record<string, number>;
}

/** AdamW's settings of one step. All are sent; servers honour some (docs/tinker.md). */
export interface AdamParams {
  learningRate: number;
  beta1: number;
  beta2: number;
  eps: number;
  weightDecay: number;
  /** Longest gradient; 0: as it is. */
  gradClipNorm: number;
}

export interface OptimStepResult {
  /** As the server calls them; NaN where the server says that a number is none. */
  metrics: Record<string, number>;
}

export interface SamplingParams {
  maxTokens: number;
  /** 0 is greedy. */
  temperature: number;
  /** Keep the smallest set with this much probability. Default 1: all. */
  topP?: number;
  /** Keep the k most likely tokens. Default 0: all. */
  topK?: number;
  /** Sample g of a request draws from seed + g. Without one the server draws a seed. */
  seed?: number;
  /** Token ids that end a sample, or texts that do. No server but some ends at the model's end token by itself: name it. */
  stop?: readonly number[] | readonly string[];
}

export interface SampleRequest {
  prompt: Int32Array;
  /** Samples wanted (G). */
  numSamples: number;
  samplingParams: SamplingParams;
}

export interface Sample {
  /** With the stop token, where one ended it. */
  tokens: Int32Array;
  /** log p of each token. Finite, one a token. Under which distribution: docs/tinker.md. */
  logprobs: Float32Array;
  /** `stop`: it ended by itself; `length`: it was cut at maxTokens. Nothing else is a sample. */
  stopReason: 'stop' | 'length';
}

/** Low-rank adapters. Some servers ignore the choice of layers and alpha (docs/tinker.md). */
export interface LoraConfig {
  rank: number;
  seed?: number;
  trainUnembed?: boolean;
  trainMlp?: boolean;
  trainAttn?: boolean;
}

export interface SupportedModel {
  modelName: string;
  /** Where the server says it. */
  maxContextLength?: number;
}

export interface ServerCapabilities {
  supportedModels: SupportedModel[];
}

/** What a server says of saved training weights. */
export interface WeightsInfo {
  baseModel: string;
  isLora: boolean;
  loraRank?: number;
}

/** What is under way between this client and its server. */
export interface InFlight {
  /** Calls that have not ended. */
  calls: number;
  /** Bytes of requests that are being sent or wait for their acknowledgement. */
  sendingBytes: number;
  /** Bytes of results that are being received, where the server says their size. */
  receivingBytes: number;
}
