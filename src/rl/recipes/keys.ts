/**
 * The keys of every recipe, strict each by itself, so that a key of one recipe under another is refused. What they mean is beside:
 * one file a recipe, formulas and sources in docs/algorithms.md.
 */
import { z } from 'zod';
import { atLeast, count, key, section } from '../../config/schema-fields.js';

const weights = (value: 'token-mean' | 'sequence-mean' | 'fixed-length') =>
  key(
    z.enum(['token-mean', 'sequence-mean', 'fixed-length']).default(value),
    'Weight of a token in the loss: one over all tokens of the update, over responses times its own length, or over responses times the longest a response may be.',
  );
const clipLow = (value = 0.2) =>
  key(z.number().min(0).max(1).default(value), 'The ratio to the policy that sampled is held from 1 - clipLow.');
const clipHigh = (value = 0.2) => atLeast(0, value, 'The ratio is held up to 1 + clipHigh.');

const grpo = section(
  {
    advantage: key(
      z.enum(['zscore', 'mean']).default('zscore'),
      "Reward minus the mean of the problem's responses, divided by their standard deviation (zscore) or not (mean).",
    ),
    weights: weights('token-mean'),
    clipLow: clipLow(),
    clipHigh: clipHigh(),
  },
  'Group relative policy optimisation (arXiv 2402.03300).',
);

const drGrpo = section(
  { clipLow: clipLow(), clipHigh: clipHigh() },
  'GRPO without its two biases: no division by the spread, every token the same weight (arXiv 2503.20783).',
);

const rloo = section(
  { weights: weights('sequence-mean') },
  'REINFORCE with the mean of the other responses as baseline (arXiv 2402.14740).',
);

const reinforcePp = section(
  {
    baseline: key(z.enum(['none', 'mean']).default('none'), "Subtract the mean of the problem's responses first."),
    clipLow: clipLow(),
    clipHigh: clipHigh(),
  },
  'REINFORCE++: rewards normalised over the whole batch, every problem trained on (arXiv 2501.03262).',
);

const dapo = section(
  {
    clipLow: clipLow(),
    clipHigh: clipHigh(0.28),
    maxBatches: count(
      1,
      4,
      'Batches sampled a step at most, until rl.promptsPerStep problems have right and wrong responses; then what there is is trained on.',
      'batches',
    ),
    dropTruncated: key(
      z.boolean().default(false),
      'Overlong filter: a response that was cut off takes part in the comparison and not in the loss.',
    ),
    softTokens: count(
      0,
      0,
      'Soft overlong punishment: the reward falls linearly to -1 over the last so many tokens before generation.maxTokens; 0: none.',
      'tokens',
    ),
  },
  'DAPO: higher upper clip, token mean, resampling until enough groups are mixed, overlong rules (arXiv 2503.14476).',
);

const cispo = section(
  {
    weights: weights('token-mean'),
    maxRatio: atLeast(1, 5, 'The ratio that weighs a token is cut at this.'),
  },
  'CISPO: the clipped ratio weighs the gradient of every token and silences none (arXiv 2506.13585).',
);

const gspo = section(
  { clipLow: clipLow(3e-4), clipHigh: clipHigh(4e-4) },
  'GSPO: one ratio a response, clipped as a whole (arXiv 2507.18071).',
);

const litePpo = section(
  { clipLow: clipLow(), clipHigh: clipHigh() },
  'GRPO that divides by the spread of the batch, not of the problem (Lite PPO, arXiv 2508.08221).',
);

const all = { grpo, 'dr-grpo': drGrpo, rloo, 'reinforce-pp': reinforcePp, dapo, cispo, gspo, 'lite-ppo': litePpo };

/** All recipes by the names that `rl.recipe` and the arms use. */
export const recipes = section(
  all,
  'Settings of the recipes, by name; an arm that names a recipe takes its settings from here.',
);

export type RecipeName = keyof typeof all;
export const recipeNames = Object.keys(all) as RecipeName[];
export type RecipeSettings = z.output<typeof recipes>;
