/** Keys of the engine: where policies are sampled, scored and trained. */
import { z } from 'zod';
import { count, key, positive, section } from './schema-fields.js';

export const engine = section(
  {
    kind: key(
      z.enum(['local', 'tinker']).default('local'),
      'Where policies are sampled, scored and trained: on this machine, or on a server that speaks the Tinker API (docs/tinker.md).',
    ),
    threads: count(0, 0, 'Threads of tensor work on this machine; 0: one for each core.', 'threads'),
    activationGigabytes: positive(
      4,
      'Memory that the activations of one micro-batch may take; bounds memory, never changes results beyond rounding.',
      'GB',
    ),
    maxSequences: count(1, 256, 'Sequences sampled at the same time.', 'sequences'),
    url: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null)
      .meta({ description: 'Address of the Tinker server, without /api/v1: http://127.0.0.1:8010.', hidden: true }),
    model: key(
      z.string().min(1).nullable().default(null),
      'The base model as the Tinker server names it; model.path is the folder of the same model here.',
    ),
    apiKeyEnv: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable')
      .nullable()
      .default(null)
      .meta({
        description:
          'Name of the environment variable that holds the key of the Tinker server; the key itself never stands in a file. null: the server wants none.',
        hidden: true,
      }),
    allowHttp: key(
      z.boolean().default(false),
      'Allow plain http to a Tinker server on another machine, where the key could be read on the way.',
    ),
    callMinutes: positive(
      30,
      'Longest time of one call to a Tinker server (the samples of a prompt, a pass over the batch), the wait for its turn included.',
      'min',
    ),
    reduction: key(
      z.enum(['measure', 'sum', 'mean']).default('measure'),
      'What the Tinker server divides a loss by: nothing (sum), the tokens of a sequence and the sequences of a step (mean); measure finds it out.',
    ),
  },
  'The engine of the policies.',
);
