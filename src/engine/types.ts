/**
 * Policies (open models) and the engines that open them: everything the RL loop asks of a model. The unit is the *group*: one
 * prompt and its responses, so that the local engine computes the prompt once and a remote engine can flatten. Token ids go end to
 * end; text is never re-encoded between sampling and training.
 *
 * Array suffixes: _N groups, _G responses of a group, _T tokens of a response.
 */
import type { Report } from '../core/worker-rpc.js';
import type { LoraSpec } from '../models/adapter/index.js';
import type { OptimStepOptions } from '../optim/adamw.js';

export type { LoraSpec, OptimStepOptions };

export type Tokens = Int32Array;

export interface SampleRequest {
  prompt: Tokens;
  /** Responses wanted (G). */
  n: number;
  /** Seed of this group's streams: response g draws from stream (seed, g), whatever else is in the batch. */
  seed: number;
}

export interface SampleOptions {
  maxTokens: number;
  /** 0 means greedy. */
  temperature: number;
  /** Keep the k most likely tokens; 0 keeps all. */
  topK?: number;
  /** Keep the smallest set with this much probability; 1 keeps all. */
  topP?: number;
  /** Sampling ends after any of these; the stop token is part of the response. */
  stopTokens: readonly number[];
}

export interface Sample {
  tokens: Tokens;
  /**
   * log p of each token under the distribution it was drawn from (temperature, top-k, top-p applied); left out where these shape it
   * and the engine cannot tell.
   */
  logprobs?: Float32Array;
  /**
   * log p of each token under the model itself at temperature 1: what `logprobs()` and training see; left out where the engine cannot
   * tell, which then trains nothing.
   */
  policyLogprobs?: Float32Array;
  stopReason: 'stop' | 'length';
}

export interface SampleResult {
  /** Version of the weights that sampled; rises by one with each `optimStep`. */
  policyVersion: number;
  samples_NG: Sample[][];
}

/** Hears of a group, the very array that the result will have, as soon as all of its responses are there; `n` is its place among the requests. */
export type OnGroup = (samples_G: readonly Sample[], n: number) => void;

/** Responses to be scored: log p of every response token given the prompt and the tokens before it. */
export interface ScoreGroup {
  prompt: Tokens;
  responses: readonly Tokens[];
}

/**
 * A response to learn from. Every loss of this project is linear for the engine: it differentiates sum c log p, where the slopes
 * c = d loss / d log p come from a pure objective (rl/objectives) or, for supervised steps, are minus the tokens' weights.
 */
export interface TrainResponse {
  tokens: Tokens;
  /** c of each token (length T); averaging over the batch is in here already. */
  slopes: Float32Array;
  /**
   * Slopes of other tokens at the same positions, summed into the loss like those of the tokens that stand there. In one call all
   * responses have them, as many a position, or none.
   */
  alternatives?: AlternativeSlopes;
}

/** Tokens that could stand at each position of a response, k a position: [T * k], position by position. */
export interface Alternatives {
  /** Undefined: the whole vocabulary in order; k is its size. */
  ids?: Int32Array;
  /** log p of each. */
  logprobs: Float32Array;
}

/** c of alternatives; see {@link Alternatives}. */
export interface AlternativeSlopes {
  ids?: Int32Array;
  slopes: Float32Array;
}

/** Which tokens are scored at every position: all, the k most likely (most likely first), or given ones [T * k] of each response. */
export type WhichAlternatives =
  | { kind: 'all' }
  | { kind: 'top'; k: number }
  | { kind: 'given'; ids_NG: readonly (readonly Int32Array[])[] };

export interface TrainGroup {
  prompt: Tokens;
  responses: readonly TrainResponse[];
}

export interface ForwardBackwardResult {
  /** sum c log p: the loss itself where it is linear, else a value with the loss's gradient. */
  loss: number;
  /** log p of every response token under the weights as they were. */
  logprobs_NGT: Float32Array[][];
  /** Mean over all response tokens of the policy's entropy in nats; undefined where an engine cannot tell. */
  entropy?: number;
}

export interface OptimStepResult {
  /** Global L2 norm of the accumulated gradient before clipping. */
  gradNorm: number;
  policyVersion: number;
}

export interface EngineInfo {
  name: string;
  parameters: number;
  /** Longest prompt plus response, in tokens. */
  maxContext: number;
  vocabSize: number;
}

/** An open model. No call gives or saves NaN or infinity: it throws `not-finite`. */
export interface Policy {
  readonly info: EngineInfo;
  /** Engines that sample groups apart from each other tell `onGroup` of each, in any order; again where they had to sample it anew. */
  sample(
    requests: readonly SampleRequest[],
    options: SampleOptions,
    report?: Report,
    onGroup?: OnGroup,
  ): Promise<SampleResult>;
  /** log p of every token of every response; for engines that `can` do it. */
  logprobs(groups: readonly ScoreGroup[], report?: Report): Promise<Float32Array[][]>;
  /** log p of other tokens at every position of every response; for engines that `can` do it. */
  alternatives(groups: readonly ScoreGroup[], which: WhichAlternatives, report?: Report): Promise<Alternatives[][]>;
  /** Adds the gradient of sum c log p to the accumulated one. May be called several times before `optimStep`. */
  forwardBackward(groups: readonly TrainGroup[], report?: Report): Promise<ForwardBackwardResult>;
  /**
   * AdamW on the accumulated gradient, then clears it. Throws `not-finite` where the gradient is not finite (weights stay as they
   * were) or the update leaves weights that cannot be computed with: only `dispose` may follow then.
   */
  optimStep(options: OptimStepOptions): Promise<OptimStepResult>;
  /**
   * Saves weights, policy version and, where it is trained and unless told otherwise, the optimizer's state; whole or not at all.
   * Answers what to open: `folder`, or a handle where the engine keeps checkpoints under names of its own.
   */
  checkpoint(folder: string, what?: { optimizer: boolean }): Promise<PolicyRef>;
  /** Frees what only this policy holds. May be called twice. */
  dispose(): Promise<void>;
}

/** A model to open: a folder of this machine, or a handle that a remote engine gave. */
export type PolicyRef = { kind: 'folder'; path: string } | { kind: 'remote'; uri: string };

export interface OpenOptions {
  /**
   * What is trained: all weights, or an adapter (of an adapter's folder, the one that is there). Without it the policy samples and
   * scores only: no gradients, no moments.
   */
  train?: 'full' | LoraSpec;
  /** Folder of the base model of an adapter; default: the one that the adapter names. */
  base?: string;
  /**
   * Take up the optimizer of a checkpoint. Otherwise it starts anew: another training's moments are no part of its weights. A
   * model without optimizer state always starts with a fresh one.
   */
  optimizer?: boolean;
}

/** What not every engine can do; who needs it asks before any work. */
export interface Capabilities {
  /** Train policies: gradients and steps. */
  training: boolean;
  /** Tell log p of given responses (`logprobs`): what gain is measured by. */
  scores: boolean;
  /** Give the very token ids that were drawn; else the ids are those of the text, tokenised on this machine. */
  drawnTokens: boolean;
  /** Score and train alternatives to the sampled tokens. */
  alternatives: boolean;
  /** Tell log p of sampled tokens also under the distribution that temperature, top-k and top-p have shaped. */
  shapedLogprobs: boolean;
}

/** Opens policies, as many at a time as memory holds; they do not disturb each other. */
export interface PolicyEngine {
  readonly name: string;
  /** What it can do. An engine on a server asks it, once; throws `engine` where that gives no answer. */
  can(): Promise<Capabilities>;
  /** Throws `model` where files are missing, damaged or of another architecture, `engine` where the engine cannot open such a ref. */
  open(ref: PolicyRef, options?: OpenOptions): Promise<Policy>;
  /** Disposes of all policies and of the engine itself. */
  dispose(): Promise<void>;
}
