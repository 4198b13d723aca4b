/**
 * The one schema of a run. Types, `--help`, docs/config.md and the commented file of `ra-rft init` are all made from it.
 * Defaults suit a small model on a user's own data; the embedded world's measured numbers are the presets (presets.ts).
 */
import { z } from 'zod';
import { contexts } from '../rl/contexts/keys.js';
import { curriculumKeys } from '../rl/keys.js';
import { recipeNames, recipes } from '../rl/recipes/keys.js';
import { atLeast, count, key, positive, section, share } from './schema-fields.js';
import { corpus as corpusMaking } from './schema-corpus.js';
import { data } from './schema-data.js';
import { labels, llm } from './schema-judging.js';
import { lora } from './schema-lora.js';

/** What stands in the prompt beside the problem: nothing, a hint, fixed demonstrations, or traces that a retriever found. */
export const contextNames = ['none', 'hint', 'fixed', 'learned', 'bm25', 'random', 'oracle'] as const;
export type ContextName = (typeof contextNames)[number];

const prompt = section(
  {
    layout: key(
      z.enum(['auto', 'chat-turn', 'user-turn', 'completion']).default('auto'),
      'Where the trace stands: an earlier chat turn, inside the user turn, or a plain completion. auto: chat-turn for models with a chat template, else completion.',
    ),
    system: key(z.string().nullable().default(null), "System message of chat layouts; null: the template's own."),
    problemTemplate: key(
      z.string().nullable().default(null),
      "How a problem is put, with {question}; null: the layout's own.",
    ),
    solutionTemplate: key(
      z.string().nullable().default(null),
      "How the trace of a solved problem is put, with {trace}; null: the layout's own.",
    ),
    hintTemplate: key(
      z.string().nullable().default(null),
      "How a question with the beginning of its solution is put, with {question} and {hint} (context hint); null: the layout's own.",
    ),
    referenceTemplate: key(
      z.string().nullable().default(null),
      "user-turn only: the whole user message, with {reference}, {trace} and {question}; null: the layout's own.",
    ),
    maxPromptTokens: count(1, 1024, 'A longer prompt is too long (see overlong), and never cut in silence.', 'tokens'),
    overlong: key(
      z.enum(['error', 'skip']).default('error'),
      'A prompt that could be longer than maxPromptTokens, or than the window of the model leaves room for: stop before any work, or leave the problem out, show it a shorter trace, and count both.',
    ),
  },
  'How problem and trace become a prompt.',
);

const math = section(
  {
    kinds: key(
      z
        .array(z.enum(['latex', 'expression', 'letter']))
        .min(1)
        .default(['latex', 'expression']),
      'What is looked for in a response: LaTeX, plain numbers and expressions, letters of a choice.',
    ),
    decimals: count(0, 6, 'Places to which a decimal is compared with an answer that is none.', 'places'),
    strictNames: key(z.boolean().default(true), 'Whether variables must have the same names.'),
    intervalsMatchInequalities: key(z.boolean().default(true), 'Whether a gold interval may equal an inequality.'),
    preferBoxed: key(z.boolean().default(true), 'Whether a box wins over "the final answer is".'),
    afterThinking: key(z.boolean().default(true), 'Whether what stands before </think> is no answer.'),
    timeoutMs: count(
      1,
      30_000,
      'Longest time on one response, beyond which the verdict is timeout: a last resort, since work is counted.',
      'ms',
    ),
  },
  'How the reward math finds and compares answers.',
);

const warmup = section(
  {
    steps: count(0, 0, 'Supervised steps on worked solutions before anything else; 0: none.', 'steps'),
    batchSize: count(1, 16, 'Solutions a step.', 'problems'),
    learningRate: positive(2e-5, 'Peak learning rate; linear decay to zero.'),
    contextShare: share(
      0.5,
      'Share of the examples with a random trace of the same type in the prompt, so that the policy meets the layout.',
    ),
  },
  'Optional supervised warm-up of the policy, for models that never solve a problem yet.',
);

const retriever = section(
  {
    head: key(
      z.enum(['late-interaction', 'single-vector']).default('late-interaction'),
      'One vector a token, scored by MaxSim; or their mean as one vector a text, the control.',
    ),
    dim: count(1, 32, 'Size of each vector.'),
    hidden: count(2, 96, 'Width of the encoder between token embeddings and vectors.'),
    convWidth: count(1, 3, 'Width of each convolution over tokens; odd.', 'tokens'),
    layers: count(1, 1, 'Convolution layers above the token embeddings of the policy.', 'layers'),
    transformerLayers: count(0, 0, 'Bidirectional transformer layers above the convolutions.', 'layers'),
    heads: count(1, 4, 'Attention heads of a transformer layer; they divide hidden into even parts.', 'heads'),
    trainEmbeddings: key(
      z.boolean().default(false),
      'Train the token embeddings too; for small vocabularies only. They are frozen otherwise.',
    ),
    document: key(
      z.enum(['question', 'trace', 'question+trace']).default('question+trace'),
      'What of a trace is indexed, by the learned retriever and by BM25.',
    ),
    queryPrefix: key(z.string().default(''), 'Text put before every question.'),
    documentPrefix: key(z.string().default(''), 'Text put before every document.'),
    scoring: key(
      z.enum(['mean', 'sum']).default('mean'),
      'MaxSim averaged or summed over query tokens; sums saturate at low temperatures.',
    ),
    temperature: positive(0.05, 'Temperature of InfoNCE (Eq. 2).'),
    steps: count(1, 600, 'Training steps.', 'steps'),
    batchSize: count(2, 48, "Query-trace pairs a step; the other pairs' traces are the negatives.", 'pairs'),
    learningRate: positive(2e-3, 'Peak learning rate; it falls linearly to zero after the warm-up.'),
    warmupShare: share(0.1, 'Share of the steps over which the learning rate rises.'),
    weightDecay: atLeast(0, 0.01, 'Weight decay of AdamW.'),
    maxGradNorm: atLeast(0, 1, 'Clip the global gradient norm to this; 0: no clipping.'),
    tokenDropout: key(
      z.number().min(0).lt(1).default(0),
      'Share of the tokens left out of each training text, drawn anew each time; helps where labels are noisy.',
      'share',
    ),
    validationShare: share(
      0.05,
      'Share of the labelled queries kept for validation; the checkpoint with the best recall@1 on them stays.',
    ),
    testShare: share(
      0.05,
      'Share of the labelled queries that neither train the retriever nor choose its checkpoint: it is graded on them.',
    ),
    maxQueryTokens: count(1, 128, 'Longer questions are cut.', 'tokens'),
    maxDocumentTokens: count(1, 256, 'Longer traces are cut.', 'tokens'),
    bm25: section(
      {
        k1: atLeast(0, 1.2, 'How much repeats of a word count; 0: a word counts once.'),
        b: share(0.75, 'How much long documents are marked down; 0: not at all.'),
      },
      'BM25, the lexical retriever to compare with.',
    ),
  },
  'The late-interaction retriever trained on the labels, and its lexical rival.',
);

const rl = section(
  {
    recipe: key(
      z.enum(recipeNames).default('grpo'),
      'The algorithm of arms that name none; its own keys stand under recipes (docs/algorithms.md).',
    ),
    comparedWithin: key(
      z.enum(['problem', 'prompt']).default('problem'),
      'Where a problem is put in several prompts: compare a response with all responses to the problem, or with those to the same prompt.',
    ),
    steps: count(1, 100, 'Steps of reinforcement learning.', 'steps'),
    promptsPerStep: count(1, 16, 'Problems drawn a step.', 'problems'),
    groupSize: count(1, 8, 'Responses sampled for each problem (G).', 'responses'),
    maxGroupsPerUpdate: count(
      1,
      16,
      'Groups trained a step at most, drawn among those with mixed rewards; the rest carry no gradient or wait.',
      'groups',
    ),
    ...curriculumKeys,
    epochs: count(
      1,
      1,
      'Passes over each sampled batch; after the first update the ratio corrects for the moved policy.',
      'epochs',
    ),
    minibatches: count(1, 1, 'Parts of the batch in a pass, one optimizer step each.', 'minibatches'),
    kl: section(
      {
        coefficient: atLeast(
          0,
          0,
          'Weight of the divergence from the policy that the arms start from; 0: none, as in the paper.',
        ),
        estimator: key(
          z.enum(['k1', 'k2', 'k3']).default('k3'),
          'How it is estimated from sampled tokens: log ratio (k1), half its square (k2), or the never negative one of GRPO (k3).',
        ),
        in: key(
          z.enum(['loss', 'reward']).default('loss'),
          'A penalty in the loss, or taken off the reward of the response before it is compared (always by k1).',
        ),
      },
      'Holding the policy near its start.',
    ),
    entropyBonus: atLeast(0, 0, 'Weight of a bonus for entropy, estimated from sampled tokens; 0: none.'),
    importanceCap: atLeast(
      0,
      2,
      'Tokens drawn from another distribution than the policy (temperature, topP, topK) are weighed by the ratio of both, at most this; 0: no correction.',
    ),
    maxLogprobGap: positive(
      0.1,
      'Stop where log p by sampler and trainer differ by more than this on the mean of a step: they are not the same policy then.',
      'nats',
    ),
    lora,
    learningRate: positive(5e-6, 'Learning rate after warm-up.'),
    beta1: key(z.number().min(0).lt(1).default(0.9), 'First moment of AdamW.'),
    beta2: key(z.number().min(0).lt(1).default(0.99), 'Second moment of AdamW.'),
    weightDecay: atLeast(0, 0, 'Weight decay of AdamW.'),
    maxGradNorm: atLeast(0, 1, 'Clip the global gradient norm to this; 0: no clipping.'),
    warmupSteps: count(0, 10, 'Linear warm-up of the learning rate.', 'steps'),
    temperature: positive(1, 'Sampling temperature of rollouts.'),
    topP: key(z.number().gt(0).max(1).default(1), 'Keep the smallest set of tokens with this probability; 1: all.'),
    topK: count(0, 0, 'Keep this many most likely tokens; 0: all.', 'tokens'),
    maxTokens: count(1, 256, 'Longest response, in training and evaluation.', 'tokens'),
    stop: key(
      z.array(z.string().min(1)).default([]),
      "Texts of single tokens that end a response, beside the model's own end tokens.",
    ),
    checkpointEverySteps: count(1, 10, 'Steps between checkpoints of policy, optimizer and random streams.', 'steps'),
  },
  'Reinforcement fine-tuning: the trace stays in the prompt for sampling and for the update (Eq. 3).',
);

const arm = z.strictObject({
  name: key(
    z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
    'Name in files, report and summary.',
  ),
  train: key(
    z.enum(contextNames).default('none'),
    'Context of the training prompts: nothing, the beginning of the solution (hint), demonstrations that are the same everywhere (fixed), or traces that a retriever found.',
  ),
  test: key(z.enum(contextNames).default('none'), 'Context of the test prompts; no hint.'),
  recipe: key(z.enum(recipeNames).nullable().default(null), "RL algorithm of this arm; null: rl.recipe's."),
  contexts,
  policyOf: key(z.string().nullable().default(null), 'Evaluate the policy of this other arm instead of training one.'),
});

const evaluation = section(
  {
    k: count(1, 8, 'Samples of each test problem: average@k.', 'samples'),
    temperature: positive(1, 'Sampling temperature of evaluations.'),
    everySteps: count(1, 20, 'Steps between evaluations; step 0 and the last are always evaluated.', 'steps'),
    maxProblems: count(0, 0, 'Problems of each split in evaluations before the last; 0: all.', 'problems'),
    subject: key(
      z.string().nullable().default(null),
      'Arm whose difference to every other one is told; null: the first that trains with traces.',
    ),
    baseline: key(
      z.string().nullable().default(null),
      'Arm that the first sentence of the results compares it with; null: the first without traces anywhere.',
    ),
    bootstrapSamples: count(100, 2000, 'Resamples of problems behind each 95 % interval.', 'samples'),
  },
  'Average@k with clustered bootstrap intervals.',
);

export const configSchema = z.strictObject({
  name: key(
    z
      .string()
      .regex(/^(?!\.+$)[\w.-]+$/, 'letters, digits, dot, dash and underscore, not dots alone')
      .default('run'),
    "The run's folder is runs/<name>.",
  ),
  seed: count(0, 1, 'Seed of every random choice: same seed, same metrics file.'),
  engine: section(
    {
      threads: count(0, 0, 'Threads of tensor work; 0: one for each core.', 'threads'),
      activationGigabytes: positive(
        4,
        'Memory that the activations of one micro-batch may take; bounds memory, never changes results beyond rounding.',
        'GB',
      ),
      maxSequences: count(1, 256, 'Sequences sampled at the same time.', 'sequences'),
    },
    'The local engine.',
  ),
  model: section(
    {
      path: z.string().min(1).default('embedded').meta({
        description: 'Folder in Hugging Face layout, or embedded for the model of the embedded world.',
        file: true,
        notFile: '^embedded$',
      }),
    },
    'The policy before training.',
  ),
  data,
  prompt,
  reward: z.string().min(1).default('math').meta({
    description:
      'How a response is judged. math: its answer equals the gold answer as mathematics (docs/verifier.md). boxed: its last \\boxed{} is the same number. Or a module of yours (./reward.mjs), whose default export maps (problem, response) to a number or a verdict.',
    file: true,
    notFile: '^[\\w-]+$',
  }),
  math,
  warmup,
  corpus: corpusMaking,
  llm,
  labels,
  retriever,
  rl,
  recipes,
  arms: key(
    z
      .array(arm)
      .min(1)
      .prefault([
        { name: 'grpo', train: 'none', test: 'none', recipe: null, policyOf: null },
        { name: 'ra-rft', train: 'learned', test: 'learned', recipe: null, policyOf: null },
        { name: 'grpo-retrieval-at-test', train: 'none', test: 'learned', recipe: null, policyOf: 'grpo' },
        { name: 'random-trace', train: 'random', test: 'random', recipe: null, policyOf: null },
      ]),
    'What is compared; each arm has its own copy of the policy and the same budget.',
  ),
  eval: evaluation,
});

/** A resolved configuration: every key present. */
export type Config = z.output<typeof configSchema>;
/** What a file or preset may say: any part of it. */
export type ConfigInput = z.input<typeof configSchema>;
export type ArmConfig = Config['arms'][number];
export type CorpusConfig = Config['corpus'];
export type DataFileConfig = Config['data']['problems'];
