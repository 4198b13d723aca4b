/**
 * The words of reinforcement fine-tuning. Array suffixes: _N comparisons, _K prompts of a comparison, _G responses of a prompt,
 * _T tokens.
 */
import type { Context } from '../data/context.js';
import type { Problem } from '../data/types.js';
import type { Tokens } from '../engine/types.js';
import type { PromptCodec } from '../models/prompt.js';
import type { Verdict } from '../verify/types.js';

/** One sampled response and what became of it. */
export interface Rollout {
  /** Response tokens, the stop token included. */
  tokens: Tokens;
  /** log p of each token under the distribution it was drawn from; left out where the engine cannot tell. */
  samplerLogprobs?: Float32Array;
  /** log p of each token under the policy itself (temperature 1, nothing cut off), as the sampler computed it. */
  policyLogprobs: Float32Array;
  stopReason: 'stop' | 'length';
  text: string;
  verdict: Verdict;
  /** Undefined where the verifier failed: such a rollout is neither rewarded nor trained on. */
  reward: number | undefined;
}

/** One prompt and the responses sampled from it: the engine's unit. */
export interface PromptGroup {
  /** What the prompt shows beside the problem; the update is conditioned on it too (Eq. 3). */
  context: Context;
  prompt: Tokens;
  /** Seed of the responses' streams: with the prompt and the policy it gives them again (see sample/replay.ts). */
  seed: number;
  policyVersion: number;
  rollouts_G: Rollout[];
}

/** One problem and the prompts it was put in, with one context or with several: the advantage's unit. */
export interface Comparison {
  problem: Problem;
  groups_K: PromptGroup[];
  /** The try without context, all wrong, whose place this one took; kept in the records and in no comparison. */
  insteadOf?: Comparison;
}

/** All responses of a comparison. */
export function rolloutsOf({ groups_K }: Comparison): Rollout[] {
  return groups_K.flatMap(({ rollouts_G }) => rollouts_G);
}

/** The prompts of a comparison and of the try whose place it took: everything that was sampled. */
export function sampledGroups({ insteadOf, groups_K }: Comparison): PromptGroup[] {
  return [...(insteadOf ? sampledGroups(insteadOf) : []), ...groups_K];
}

/** All responses to {@link sampledGroups}. */
export function sampledRollouts(comparison: Comparison): Rollout[] {
  return sampledGroups(comparison).flatMap(({ rollouts_G }) => rollouts_G);
}

/** The part of {@link PromptCodec} that training needs. */
export type RlCodec = Pick<PromptCodec, 'prompt' | 'response' | 'decode' | 'stopTokens'>;

/** A response that the verifier did not fail on. */
export type Rewarded = Rollout & { reward: number };

function isRewarded(rollout: Rollout): rollout is Rewarded {
  return rollout.reward !== undefined;
}

/** The comparisons with other rewards; a response that has none keeps none. */
export function withRewards(batch_N: readonly Comparison[], rewardOf: (rollout: Rewarded) => number): Comparison[] {
  return batch_N.map(({ problem, groups_K }) => ({
    problem,
    groups_K: groups_K.map((group) => ({
      ...group,
      rollouts_G: group.rollouts_G.map((own) => (isRewarded(own) ? { ...own, reward: rewardOf(own) } : own)),
    })),
  }));
}
