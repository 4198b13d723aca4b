/** The keys of an arm's contexts; rules and sources stand in docs/algorithms.md. */
import { z } from 'zod';
import { count, key, section, share } from '../../config/schema-fields.js';

export const contexts = section(
  {
    traces: count(
      1,
      1,
      'Traces in a prompt, the best last; in training and at test. Of a prompt that would be too long whole traces are left out, the worst first, and counted.',
      'traces',
    ),
    spread: count(
      1,
      1,
      'Prompts over which the responses to a training problem are spread, each with traces of its own; rl.comparedWithin says with whom a response is compared.',
      'prompts',
    ),
    drop: share(0, 'Share of the training prompts whose context is left out, drawn anew for each problem and step.'),
    annealSteps: count(
      0,
      0,
      'The probability of a context falls from 1 to 0 over so many steps, and there is none after them; 0: it stays.',
      'steps',
    ),
    onlyAfterAllWrong: key(
      z.boolean().default(false),
      'Sample training problems alone first; those with wrong responses only are sampled again with their context, and that comparison takes the place of the first.',
    ),
    demonstrations: count(1, 4, 'Context fixed: solved examples in every prompt, drawn once for the run.', 'traces'),
    hintShares: key(
      z.array(z.number().gt(0).lt(1)).min(1).default([0.5, 0.25]),
      "Context hint: share of the problem's own solution, one for each of so many equal parts of the training; whole sentences, never the answer.",
    ),
  },
  'How the contexts of this arm are shown (docs/algorithms.md).',
);

export type ContextSettings = z.output<typeof contexts>;
