/** Keys of an arm. */
import { z } from 'zod';
import { contexts } from '../rl/contexts/keys.js';
import { recipeNames } from '../rl/recipes/keys.js';
import { key } from './schema-fields.js';

/** What a prompt may show that no retriever finds: nothing, the beginning of the solution, demonstrations that are the same everywhere. */
export const plainContexts = ['none', 'hint', 'fixed'] as const;
/** What stands in the prompt beside the problem: one of these, or the traces of the retriever of that name. */
export type ContextName = string;

const contextName = (description: string) => key(z.string().min(1).default('none'), description);

export const arm = z.strictObject({
  name: key(
    z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
    'Name in files, report and summary.',
  ),
  train: contextName(
    'Context of the training prompts: none, the beginning of the solution (hint), demonstrations that are the same everywhere (fixed), or the traces of a retriever by its name (retrievers). With the method opsd the teacher sees it.',
  ),
  test: contextName('Context of the test prompts: none, fixed, or the traces of a retriever by its name (retrievers).'),
  method: key(
    z.enum(['rl', 'sft', 'opsd']).default('rl'),
    'How the policy is trained: on rewards (rl), on worked solutions (sft), or towards what it would say with help (opsd; docs/algorithms.md).',
  ),
  recipe: key(z.enum(recipeNames).nullable().default(null), "RL algorithm of this arm; null: rl.recipe's."),
  contexts,
  policyOf: key(z.string().nullable().default(null), 'Evaluate the policy of this other arm instead of training one.'),
});
