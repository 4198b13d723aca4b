/** Our RL recipes in the arguments of TRL's GRPOConfig (docs/algorithms.md has the formulas). */
import type { RecipeName, RecipeSettings } from '../rl/index.js';

/** Arguments of GRPOConfig, and what of the recipe they do not carry. */
export interface RecipeArguments {
  grpo: Record<string, string | number>;
  limits: string[];
}

const lossTypes = { 'token-mean': 'dapo', 'sequence-mean': 'grpo', 'fixed-length': 'dr_grpo' } as const;

/** A recipe that TRL's GRPOTrainer does not have is trained by the nearest that it has, which is among the limits. */
export function trlRecipe(name: RecipeName, recipes: RecipeSettings): RecipeArguments {
  switch (name) {
    case 'grpo': {
      const { advantage, weights, ...clip } = recipes.grpo;
      return made({
        loss_type: lossTypes[weights],
        scale_rewards: advantage === 'zscore' ? 'group' : 'none',
        ...of(clip),
      });
    }
    case 'dr-grpo':
      return made({ loss_type: 'dr_grpo', scale_rewards: 'none', ...of(recipes['dr-grpo']) });
    case 'rloo':
      return made({ loss_type: lossTypes[recipes.rloo.weights], scale_rewards: 'none' }, [
        'rloo: the baseline is the mean of all responses of a prompt; that of the others makes every advantage larger by the factor G/(G-1)',
      ]);
    case 'reinforce-pp':
      return made({ loss_type: 'dapo', scale_rewards: 'batch', ...of(recipes['reinforce-pp']) }, [
        'reinforce-pp: the mean of a prompt is subtracted from its rewards, and their spread over the batch divides them',
      ]);
    case 'dapo':
      return made({ loss_type: 'dapo', scale_rewards: 'group', ...of(recipes.dapo) }, [
        'dapo: GRPOTrainer samples no further prompts where all responses to one are right or all wrong',
      ]);
    case 'cispo':
      return made({ loss_type: 'cispo', scale_rewards: 'group', epsilon_high: recipes.cispo.maxRatio });
    case 'gspo':
      return made({
        loss_type: 'grpo',
        scale_rewards: 'group',
        importance_sampling_level: 'sequence',
        ...of(recipes.gspo),
      });
    case 'lite-ppo':
      return made({ loss_type: 'dapo', scale_rewards: 'batch', ...of(recipes['lite-ppo']) });
  }
}

function made(grpo: RecipeArguments['grpo'], limits: string[] = []): RecipeArguments {
  return { grpo, limits };
}

function of({ clipLow, clipHigh }: { clipLow: number; clipHigh: number }) {
  return { epsilon: clipLow, epsilon_high: clipHigh };
}
