/** Keys of low-rank adapters: what of the policy is trained. */
import { z } from 'zod';
import { loraTargets } from './lora-targets.js';
import { count, key, positive, section } from './schema-fields.js';

export const lora = section(
  {
    rank: count(0, 0, 'Rank of the adapters, the r of LoRA (docs/engine.md); 0: none, all weights are trained.'),
    alpha: positive(32, 'Strength: the change of a weight is scaled by alpha over the rank.'),
    targets: key(
      z
        .array(z.enum([...loraTargets, 'all-linear']))
        .min(1)
        .default(['all-linear']),
      'Which weights of each layer are changed.',
    ),
    rsLora: key(
      z.boolean().default(false),
      'Scale by alpha over the root of the rank instead, which suits high ranks.',
    ),
  },
  'Low-rank adapters, trained in place of the weights by warm-up and reinforcement learning: a quarter of the memory or less.',
);
