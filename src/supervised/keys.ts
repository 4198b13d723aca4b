/** Keys of supervised arms (`method: sft`). */
import { count, positive, section } from '../config/schema-fields.js';

export const sft = section(
  {
    batchSize: count(
      0,
      0,
      'Worked solutions a step; 0: rl.promptsPerStep, so that the arm sees the problems that the RL arms see, in their order.',
      'problems',
    ),
    learningRate: positive(2e-5, 'Peak learning rate, after rl.warmupSteps steps.'),
  },
  'Arms with the method sft: supervised steps on worked solutions, rl.steps of them; AdamW as in rl.',
);
