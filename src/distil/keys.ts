/** Keys of arms with on-policy self-distillation (`method: opsd`). */
import { z } from 'zod';
import { key, section } from '../config/schema-fields.js';

export const opsd = section(
  {
    privileged: key(
      z.enum(['solution', 'trace']).default('solution'),
      "What the teacher sees beside the problem: the problem's own worked solution, or the trace that the arm's train names.",
    ),
    teacher: key(
      z.enum(['start', 'current']).default('start'),
      'Who scores: the policy that all arms start from (fixed), or the policy as it is at the step.',
    ),
  },
  "Arms with the method opsd: the policy learns to answer as it would with privileged help (arXiv 2601.18734); how it samples and steps is rl's.",
);
