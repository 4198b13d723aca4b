/** The words of reinforcement fine-tuning. Array suffixes: _N groups, _G responses of a group, _T tokens. */
import type { Problem, Trace } from '../data/types.js';
import type { Tokens } from '../engine/types.js';
import type { PromptCodec } from '../models/prompt.js';
import type { Verdict } from '../verify/types.js';

/** One sampled response and what became of it. */
export interface Rollout {
  /** Response tokens, the stop token included. */
  tokens: Tokens;
  /** log p of each token under the distribution it was drawn from. */
  samplerLogprobs: Float32Array;
  /** log p of each token under the policy itself (temperature 1, nothing cut off), as the sampler computed it. */
  policyLogprobs: Float32Array;
  stopReason: 'stop' | 'length';
  text: string;
  verdict: Verdict;
  /** Undefined where the verifier failed: such a rollout is neither rewarded nor trained on. */
  reward: number | undefined;
}

/** A group: one problem, the context its prompt carried, and the G responses sampled from that prompt. */
export interface RolloutGroup {
  problem: Problem;
  /** The demonstration in the prompt; undefined for an arm without context. */
  trace: Trace | undefined;
  prompt: Tokens;
  policyVersion: number;
  rollouts_G: Rollout[];
}

/** The part of {@link PromptCodec} that training needs. */
export type RlCodec = Pick<PromptCodec, 'prompt' | 'response' | 'decode' | 'stopTokens'>;

/** Which demonstration a problem's prompt carries; undefined for none. */
export type ContextOf = (problem: Problem) => Trace | undefined;
