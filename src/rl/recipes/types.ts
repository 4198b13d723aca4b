/** A recipe: all that makes one RL algorithm another. */
import type { Advantage } from '../advantages/index.js';
import type { LossWeightKind } from '../loss-weights.js';
import type { Objective } from '../objectives/index.js';
import type { Comparison, Rewarded, Rollout } from '../types.js';

export interface Recipe {
  /** How much better each response did, over the whole batch. */
  advantage: Advantage;
  /** The loss, as slopes of log-probabilities. */
  objective: Objective;
  /** How the loss is averaged over tokens and responses. */
  weights: LossWeightKind;
  /** Whether a comparison is trained on. */
  keep: (comparison: Comparison) => boolean;
  /** Whether a response takes part in the loss; it takes part in its comparison anyway. Default: all. */
  trains?: (rollout: Rollout) => boolean;
  /** The reward that is compared, made of the verifier's. Default: as it is. Records and metrics keep the verifier's. */
  shape?: (rollout: Rewarded) => number;
  /** Sample more problems until enough are kept, at most so many batches a step. Default: one batch. */
  maxBatches?: number;
}

/** What recipes need to know of the run beside their own settings. */
export interface RecipeScope {
  /** Longest response, in tokens. */
  maxTokens: number;
  /** With whom responses are compared where a problem stands in several prompts. */
  within: 'problem' | 'prompt';
}
