/** How responses are sampled: said once, and changed key by key for rollouts, evaluations and label answers. */
import { z } from 'zod';
import { count, inherited, key, positive, section } from './schema-fields.js';

const keys = {
  maxTokens: count(1, 256, 'Longest response.', 'tokens'),
  temperature: positive(1, 'Sampling temperature.'),
  topP: key(z.number().gt(0).max(1).default(1), 'Keep the smallest set of tokens with this probability; 1: all.'),
  topK: count(0, 0, 'Keep this many most likely tokens; 0: all.', 'tokens'),
  stop: key(
    z.array(z.string().min(1)).default([]),
    "Texts of single tokens that end a response, beside the model's own end tokens.",
  ),
};

/** The section `generation`. */
export const generation = section(
  keys,
  'How responses are sampled, everywhere: rl.generation, eval.generation and labels.generation change single keys of it.',
);

/** The same keys for one use; what is left out is taken from `generation`. */
export const generationFor = (use: string) =>
  section(inherited(keys, 'generation'), `What is different for ${use} than the section generation says.`);
