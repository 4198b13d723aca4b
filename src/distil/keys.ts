/** Keys of arms with on-policy self-distillation (`method: opsd`). */
import { z } from 'zod';
import { atLeast, count, key, section } from '../config/schema-fields.js';

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
    divergence: key(
      z.enum(['sampled', 'forward-kl', 'reverse-kl', 'jsd']).default('sampled'),
      'What is lowered at every token: an estimate of the reverse KL by the sampled token alone, or a divergence over the vocabulary (forward-kl: teacher to student).',
    ),
    beta: key(
      z.number().gt(0).lt(1).default(0.5),
      "The teacher's share in the mixture of divergence jsd; 0 would be the forward, 1 the reverse KL.",
      'share',
    ),
    topK: count(
      0,
      0,
      "Divergences over the vocabulary: only the teacher's most likely tokens, both sides normalised over them; 0: all.",
      'tokens',
    ),
    clip: atLeast(
      0,
      0,
      'Divergences over the vocabulary: most that one token of the vocabulary may add at a position; 0: no limit.',
      'nats',
    ),
    maxGap: atLeast(
      0,
      0,
      'Divergence sampled: most by which log p of student and teacher count as different at a token; 0: no limit.',
      'nats',
    ),
  },
  "Arms with the method opsd: the policy learns to answer as it would with privileged help (arXiv 2601.18734); how it samples and steps is rl's.",
);
