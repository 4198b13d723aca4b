/** Keys of an arm. */
import { z } from 'zod';
import { recipeNames } from '../rl/recipes/keys.js';
import { key } from './schema-fields.js';

/** Where the trace in the prompt comes from: no trace, the trained retriever, or a control. */
export const contextNames = ['none', 'learned', 'bm25', 'random', 'oracle'] as const;
export type ContextName = (typeof contextNames)[number];

export const arm = z.strictObject({
  name: key(
    z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
    'Name in files, report and summary.',
  ),
  train: key(
    z.enum(contextNames).default('none'),
    'Trace in the training prompts; with the method opsd the one that the teacher sees.',
  ),
  test: key(z.enum(contextNames).default('none'), 'Trace in the test prompts.'),
  method: key(
    z.enum(['rl', 'sft', 'opsd']).default('rl'),
    'How the policy is trained: on rewards (rl), on worked solutions (sft), or towards what it would say with help (opsd; docs/algorithms.md).',
  ),
  recipe: key(z.enum(recipeNames).nullable().default(null), "RL algorithm of this arm; null: rl.recipe's."),
  policyOf: key(z.string().nullable().default(null), 'Evaluate the policy of this other arm instead of training one.'),
});
