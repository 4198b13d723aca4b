/** Keys of an arm. */
import { z } from 'zod';
import { contexts } from '../rl/contexts/keys.js';
import { recipeNames } from '../rl/recipes/keys.js';
import { key } from './schema-fields.js';

/** What stands in the prompt beside the problem: nothing, a hint, fixed demonstrations, or traces that a retriever found. */
export const contextNames = ['none', 'hint', 'fixed', 'learned', 'bm25', 'random', 'oracle'] as const;
export type ContextName = (typeof contextNames)[number];

export const arm = z.strictObject({
  name: key(
    z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
    'Name in files, report and summary.',
  ),
  train: key(
    z.enum(contextNames).default('none'),
    'Context of the training prompts: nothing, the beginning of the solution (hint), demonstrations that are the same everywhere (fixed), or traces that a retriever found. With the method opsd the teacher sees it.',
  ),
  test: key(z.enum(contextNames).default('none'), 'Context of the test prompts; no hint.'),
  method: key(
    z.enum(['rl', 'sft', 'opsd']).default('rl'),
    'How the policy is trained: on rewards (rl), on worked solutions (sft), or towards what it would say with help (opsd; docs/algorithms.md).',
  ),
  recipe: key(z.enum(recipeNames).nullable().default(null), "RL algorithm of this arm; null: rl.recipe's."),
  contexts,
  policyOf: key(z.string().nullable().default(null), 'Evaluate the policy of this other arm instead of training one.'),
});
