/** The recipes by name, a few lines each; formulas and sources stand in docs/algorithms.md. */
import type { RlSettings } from '../../config/index.js';
import { advantages } from '../advantages/index.js';
import { cispo, gspo, policyGradient, ppoClip, withEntropyBonus, withImportance, withKl } from '../objectives/index.js';
import { comparisonSignal } from '../signal.js';
import type { Comparison } from '../types.js';
import { endedByItself, overlongPunishment } from './overlong.js';
import type { RecipeName, RecipeSettings } from './keys.js';
import type { Recipe, RecipeScope } from './types.js';

export type { RecipeName, RecipeSettings } from './keys.js';
export type { Recipe } from './types.js';

/** Where all responses did the same, group advantages are zero: training on them would only cost time. */
const mixed = (comparison: Comparison) => comparisonSignal(comparison) === 'mixed';
/** Methods that compare over the batch learn from every problem that has a reward. */
const judged = (comparison: Comparison) => comparisonSignal(comparison) !== 'failed';

type Make<Name extends RecipeName> = (settings: RecipeSettings[Name], scope: RecipeScope) => Recipe;

const recipes: { [Name in RecipeName]: Make<Name> } = {
  grpo: ({ advantage, weights, clipLow, clipHigh }, { within }) => ({
    advantage: advantages[advantage](within),
    objective: ppoClip({ low: clipLow, high: clipHigh }),
    weights,
    keep: mixed,
  }),
  'dr-grpo': ({ clipLow, clipHigh }, { within }) => ({
    advantage: advantages.mean(within),
    objective: ppoClip({ low: clipLow, high: clipHigh }),
    weights: 'fixed-length',
    keep: mixed,
  }),
  rloo: ({ weights }, { within }) => ({
    advantage: advantages['leave-one-out'](within),
    objective: policyGradient(),
    weights,
    keep: mixed,
  }),
  'reinforce-pp': ({ baseline, clipLow, clipHigh }, { within }) => ({
    advantage: baseline === 'mean' ? advantages['batch-baseline'](within) : advantages.batch(),
    objective: ppoClip({ low: clipLow, high: clipHigh }),
    weights: 'token-mean',
    keep: judged,
  }),
  dapo: ({ clipLow, clipHigh, maxBatches, dropTruncated, softTokens }, { within, maxTokens }) => ({
    advantage: advantages.zscore(within),
    objective: ppoClip({ low: clipLow, high: clipHigh }),
    weights: 'token-mean',
    keep: mixed,
    maxBatches,
    ...(dropTruncated && { trains: endedByItself }),
    ...(softTokens > 0 && {
      shape: ({ reward, tokens }) => reward + overlongPunishment(tokens.length, { max: maxTokens, soft: softTokens }),
    }),
  }),
  cispo: ({ weights, maxRatio }, { within }) => ({
    advantage: advantages.zscore(within),
    objective: cispo({ maxRatio }),
    weights,
    keep: mixed,
  }),
  gspo: ({ clipLow, clipHigh }, { within }) => ({
    advantage: advantages.zscore(within),
    objective: gspo({ low: clipLow, high: clipHigh }),
    weights: 'sequence-mean',
    keep: mixed,
  }),
  'lite-ppo': ({ clipLow, clipHigh }, { within }) => ({
    advantage: advantages['batch-spread'](within),
    objective: ppoClip({ low: clipLow, high: clipHigh }),
    weights: 'token-mean',
    keep: mixed,
  }),
};

/** The recipe of this name with its settings, and with what `rl` adds to every recipe. */
export function makeRecipe(
  name: RecipeName,
  { recipes: settings, rl }: { recipes: RecipeSettings; rl: RecipeExtras },
): Recipe {
  const make = recipes[name] as Make<RecipeName>;
  const recipe = make(settings[name], { maxTokens: rl.maxTokens, within: rl.comparedWithin });
  const { kl, entropyBonus, importanceCap } = rl;
  let { objective } = recipe;
  if (importanceCap > 0) objective = withImportance(objective, importanceCap);
  if (kl.coefficient > 0 && kl.in === 'loss') objective = withKl(objective, kl.estimator, kl.coefficient);
  if (entropyBonus > 0) objective = withEntropyBonus(objective, entropyBonus);
  return { ...recipe, objective };
}

/** The part of `rl` that recipes read. */
type RecipeExtras = Pick<RlSettings, 'maxTokens' | 'comparedWithin' | 'kl' | 'entropyBonus' | 'importanceCap'>;
