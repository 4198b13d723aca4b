/**
 * The one schema of a run. Types, `--help`, docs/config.md and the commented file of `ra-rft init` are all made from it.
 * Defaults suit a small model on a user's own data; the embedded world's measured numbers are the presets (presets.ts).
 */
import { z } from 'zod';
import { opsd } from '../distil/keys.js';
import { retriever, retrievers } from '../retriever/keys.js';
import { curriculumKeys } from '../rl/keys.js';
import { recipeNames, recipes } from '../rl/recipes/keys.js';
import { sft } from '../supervised/keys.js';
import { arm } from './schema-arms.js';
import { atLeast, count, key, positive, section, share, shares } from './schema-fields.js';
import { corpus as corpusMaking } from './schema-corpus.js';
import { data } from './schema-data.js';
import { engine } from './schema-engine.js';
import { generation, generationFor } from './schema-generation.js';
import { labels, llm } from './schema-judging.js';
import { lora } from './schema-lora.js';

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
    contextShare: share(0.5, 'Share of the examples with a trace in the prompt, so that the policy meets the layout.'),
    traces: shares(
      { random: 1 },
      'Where these traces are from: shares by source, relative to each other. random: any trace of the type of the problem; else a retriever by its name. One with an encoder behind it is asked last, by labels of a policy that the other sources warmed up (docs/judging.md). What is given replaces the whole mix of a preset or a file.',
    ),
    topTraces: count(
      1,
      4,
      'Best traces of a retriever among which one is drawn for an example, so that the policy meets right ones and look-alikes.',
      'traces',
    ),
    mostTraces: count(
      1,
      1,
      'An example with traces shows one to so many of one source, all numbers as likely: for arms with contexts.traces above 1, so that the policy learns to choose among them.',
      'traces',
    ),
    crossFit: key(
      z.boolean().default(true),
      'With retriever.crossFit: whether the encoders of folds search for the warm-up too. false: the one that is trained on all labels, which finds more right traces, so that the warm-up teaches to use them and reinforcement when to doubt.',
    ),
  },
  'Optional supervised warm-up of the policy, for models that never solve a problem yet.',
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
    steps: count(
      0,
      100,
      'Steps of reinforcement learning; 0: nothing is trained, the arms are evaluated with the policy that they start from.',
      'steps',
    ),
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
    generation: generationFor('rollouts'),
    checkpointEverySteps: count(
      1,
      10,
      'Steps between checkpoints of policy, optimizer and random streams; where steps are slow there is one every five minutes.',
      'steps',
    ),
  },
  'Reinforcement fine-tuning: the trace stays in the prompt for sampling and for the update (Eq. 3).',
);

const evaluation = section(
  {
    k: count(1, 8, 'Samples of each test problem: average@k.', 'samples'),
    generation: generationFor('evaluations'),
    greedy: key(
      z.boolean().default(false),
      'Also one response at temperature 0 to each test problem in the last evaluation, reported beside average@k.',
    ),
    everySteps: count(1, 20, 'Steps between evaluations; step 0 and the last are always evaluated.', 'steps'),
    maxProblems: count(0, 0, 'Problems of each split in evaluations before the last; 0: all.', 'problems'),
    contexts: count(
      0,
      0,
      'Evaluate each of the best traces of a test problem by itself, this many of them, with the last policy of every arm that is tested with a retriever (Fig. 4); 0: not at all.',
      'traces',
    ),
    contextArms: key(
      z.array(z.string()).default([]),
      'Arms that eval.contexts is about; none named: every arm that is tested with a retriever.',
    ),
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
  engine,
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
  generation,
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
  retrievers,
  rl,
  recipes,
  sft,
  opsd,
  arms: key(
    z
      .array(arm)
      .min(1)
      .prefault([
        { name: 'grpo', train: 'none', test: 'none' },
        { name: 'ra-rft', train: 'learned', test: 'learned' },
        { name: 'grpo-retrieval-at-test', train: 'none', test: 'learned', policyOf: 'grpo' },
        { name: 'random-trace', train: 'random', test: 'random' },
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
export { plainContexts, type ContextName } from './schema-arms.js';
