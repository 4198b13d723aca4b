/** Keys of the engine: where policies are sampled, scored and trained. */
import { z } from 'zod';
import { count, key, positive, section } from './schema-fields.js';

export const engine = section(
  {
    kind: key(
      z.enum(['local', 'tinker', 'openai']).default('local'),
      'Where policies are sampled, scored and trained: on this machine, or on a server that speaks the Tinker API (docs/tinker.md). openai: sampled and scored on an OpenAI-compatible server (vLLM, SGLang), which trains nothing (docs/openai-engine.md).',
    ),
    threads: count(0, 0, 'Threads of tensor work on this machine; 0: one for each core.', 'threads'),
    activationGigabytes: positive(
      4,
      'Memory that the activations of one micro-batch may take; bounds memory, never changes results beyond rounding.',
      'GB',
    ),
    maxSequences: count(
      1,
      256,
      'Sequences sampled at the same time; with openai, requests under way at the server.',
      'sequences',
    ),
    url: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null)
      .meta({
        description:
          'Address of the server. tinker: without /api/v1 (http://127.0.0.1:8010). openai: up to and with /v1 (http://127.0.0.1:8000/v1).',
        hidden: true,
      }),
    model: key(
      z.string().min(1).nullable().default(null),
      'The model as the server names it (with tinker, its base model); model.path is the folder of the same model here.',
    ),
    apiKeyEnv: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable')
      .nullable()
      .default(null)
      .meta({
        description:
          'Name of the environment variable that holds the key of the server; the key itself never stands in a file. null: the server wants none.',
        hidden: true,
      }),
    allowHttp: key(
      z.boolean().default(false),
      'Allow plain http to a server on another machine, where the key could be read on the way.',
    ),
    timeoutSeconds: positive(
      600,
      'openai: a request without a whole answer after this long is given up and tried again; long responses get a second for every 10 tokens at least.',
      's',
    ),
    retries: count(
      0,
      6,
      'openai: further tries after 408, 409, 429, 5xx, a broken connection, a time-out or a response that the server broke off.',
      'tries',
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
    sequenceMultiple: z.int().min(1).max(4096).default(1).meta({
      description:
        'Fill training requests to a Tinker server up to a multiple of so many sequences, with ones that teach nothing: a server that compiles each new shape (SkyRL on JAX) meets fewer then, and its train_micro_batch_size is right. 1: do not.',
      hidden: true,
    }),
  },
  'The engine of the policies.',
);
