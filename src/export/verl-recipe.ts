/** Our RL recipes in the options of verl (docs/algorithms.md has the formulas). */
import type { RecipeName, RecipeSettings } from '../rl/index.js';

/** Options of `verl.trainer.main_ppo`, and what of the recipe they do not carry. */
export interface RecipeOptions {
  options: string[];
  limits: string[];
}

const weights = {
  'token-mean': 'token-mean',
  'sequence-mean': 'seq-mean-token-mean',
  'fixed-length': 'seq-mean-token-sum-norm',
} as const;

/** A recipe that verl does not have is trained by GRPO, which is among the limits. */
export function verlRecipe(name: RecipeName, recipes: RecipeSettings): RecipeOptions {
  switch (name) {
    case 'grpo': {
      const { advantage, weights: own, ...clip } = recipes.grpo;
      return only(group(advantage === 'zscore'), averaged(own), clipped(clip));
    }
    case 'dr-grpo':
      return only(group(false), averaged('fixed-length'), clipped(recipes['dr-grpo']));
    case 'rloo':
      // One update a batch: the ratio is 1, so that no clip takes part.
      return only(['algorithm.adv_estimator=rloo'], averaged(recipes.rloo.weights));
    case 'reinforce-pp': {
      const { baseline, ...clip } = recipes['reinforce-pp'];
      const estimator = baseline === 'mean' ? 'reinforce_plus_plus_baseline' : 'reinforce_plus_plus';
      return only([`algorithm.adv_estimator=${estimator}`], averaged('token-mean'), clipped(clip));
    }
    case 'dapo':
      return dapo(recipes.dapo);
    case 'cispo': {
      const { weights: own, maxRatio } = recipes.cispo;
      const loss = ['actor_rollout_ref.actor.policy_loss.loss_mode=cispo'];
      return only(group(true), loss, averaged(own), clipped({ clipLow: 1, clipHigh: maxRatio - 1 }));
    }
    case 'gspo':
      return only(
        group(true),
        ['actor_rollout_ref.actor.policy_loss.loss_mode=gspo'],
        averaged('sequence-mean'),
        clipped(recipes.gspo),
      );
    case 'lite-ppo':
      return {
        options: [...group(true), ...averaged('token-mean'), ...clipped(recipes['lite-ppo'])],
        limits: [
          'verl has no lite-ppo: its script trains by GRPO, which divides by the spread of a problem, not of the batch',
        ],
      };
  }
}

function dapo({ maxBatches, dropTruncated, softTokens, ...clip }: RecipeSettings['dapo']): RecipeOptions {
  const filter = [
    'algorithm.filter_groups.enable=True',
    'algorithm.filter_groups.metric=acc',
    `algorithm.filter_groups.max_num_gen_batches=${maxBatches}`,
  ];
  return {
    options: [...group(true), ...filter, ...averaged('token-mean'), ...clipped(clip)],
    limits: [
      ...(dropTruncated ? ['recipes.dapo.dropTruncated: cut responses take part in the loss'] : []),
      ...(softTokens > 0
        ? ["recipes.dapo.softTokens: no punishment of length; verl's reward manager dapo has one"]
        : []),
    ],
  };
}

function only(...options: readonly string[][]): RecipeOptions {
  return { options: options.flat(), limits: [] };
}

function group(divided: boolean): string[] {
  return ['algorithm.adv_estimator=grpo', `algorithm.norm_adv_by_std_in_grpo=${divided ? 'True' : 'False'}`];
}

function averaged(kind: keyof typeof weights): string[] {
  return [`actor_rollout_ref.actor.loss_agg_mode=${weights[kind]}`];
}

function clipped({ clipLow, clipHigh }: { clipLow: number; clipHigh: number }): string[] {
  return [`actor_rollout_ref.actor.clip_ratio_low=${clipLow}`, `actor_rollout_ref.actor.clip_ratio_high=${clipHigh}`];
}
