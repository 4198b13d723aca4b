/** Named starting points. A file or --set on top of one changes only what it names. */
import { RaRftError } from '../core/errors.js';
import { paperPresets } from './paper-presets.js';
import type { ConfigInput } from './schema.js';

/** The embedded world: sizes at which a model of 0.8M parameters learns in minutes on two cores. */
const demo = {
  name: 'demo',
  model: { path: 'embedded' },
  reward: 'boxed',
  // In words that the world's tokenizer knows.
  prompt: { maxPromptTokens: 96, hintTemplate: '{question}\nSolution: {hint}' },
  generation: { maxTokens: 20, stop: ['}'] },
  labels: { judge: 'utility', topPositives: 6, maxQueries: 760, maxCandidates: 72 },
  retriever: { steps: 600, batchSize: 48, learningRate: 2e-3, maxQueryTokens: 64, maxDocumentTokens: 96 },
  rl: {
    steps: 80,
    promptsPerStep: 32,
    groupSize: 8,
    maxGroupsPerUpdate: 16,
    learningRate: 2e-4,
    beta2: 0.99,
    warmupSteps: 10,
    checkpointEverySteps: 10,
  },
  recipes: { grpo: { advantage: 'mean' } },
  eval: { k: 8, everySteps: 20 },
} satisfies ConfigInput;

/** Every stage of the demo, too small to show the effect: a check that all works. */
const quick = {
  ...demo,
  name: 'quick',
  data: { world: { trainProblems: 256, seenTests: 24, unseenTests: 24 } },
  labels: { ...demo.labels, maxQueries: 96, maxCandidates: 48 },
  retriever: { ...demo.retriever, steps: 150 },
  rl: { ...demo.rl, steps: 6, promptsPerStep: 16, warmupSteps: 2, checkpointEverySteps: 3 },
  eval: { k: 4, everySteps: 6, bootstrapSamples: 500 },
} satisfies ConfigInput;

/** Word problems with a model of some 100M parameters: an hour or less a seed on two cores (examples/word-problems says why so). */
const wordProblems = {
  name: 'word-problems',
  reward: 'math',
  // A system message of its own is shorter than the one of most chat templates, and every prompt carries it.
  prompt: {
    layout: 'chat-turn',
    system: 'You solve word problems.',
    problemTemplate: '{question}',
    maxPromptTokens: 384,
    overlong: 'skip',
  },
  // Right traces and look-alikes, so that the policy learns use and doubt from the retriever that serves it.
  warmup: {
    steps: 90,
    batchSize: 16,
    learningRate: 2e-4,
    contextShare: 0.6,
    traces: { learned: 0.7, random: 0.3 },
  },
  // The model as it comes copies what it is shown, so its gains tell which trace has the structure. Of the candidates four are like
  // the problem's own solution, and two are random, to compare with.
  labels: {
    policy: 'model',
    maxQueries: 1000,
    maxCandidates: 6,
    likeSolution: 4,
    topPositives: 3,
    restrictToType: false,
  },
  retriever: { dim: 64, steps: 600, batchSize: 32, validationShare: 0.04, testShare: 0.08 },
  recipes: { grpo: { advantage: 'mean' } },
  generation: { maxTokens: 96 },
  rl: {
    steps: 20,
    promptsPerStep: 12,
    groupSize: 8,
    maxGroupsPerUpdate: 12,
    learningRate: 1e-5,
    warmupSteps: 3,
    checkpointEverySteps: 5,
  },
  sft: { learningRate: 1e-5 },
  // Named as in `ra-rft reproduce`, so that its tables go on with the same arms.
  arms: [
    { name: 'grpo', train: 'none', test: 'none' },
    { name: 'ra-rft', train: 'learned', test: 'learned' },
    { name: 'grpo-retrieval-at-test', train: 'none', test: 'learned', policyOf: 'grpo' },
    { name: 'sft', method: 'sft', train: 'none', test: 'none' },
    { name: 'ra-sft', method: 'sft', train: 'learned', test: 'learned' },
    { name: 'random-trace', train: 'random', test: 'random' },
    { name: 'bm25-trace', train: 'bm25', test: 'bm25' },
    { name: 'late-interaction-untrained', train: 'late-interaction-untrained', test: 'late-interaction-untrained' },
    { name: 'oracle-trace', train: 'oracle', test: 'oracle' },
  ],
  // The start is looked at, the end is measured.
  eval: { k: 4, greedy: true, everySteps: 20, maxProblems: 100 },
} satisfies ConfigInput;

export const presets: Readonly<Record<string, { about: string; values: ConfigInput }>> = {
  demo: { about: 'The embedded world in minutes: RA-RFT against GRPO and its controls.', values: demo },
  quick: { about: 'Every stage of the demo in seconds; too small to show the effect.', values: quick },
  ...paperPresets,
  'word-problems': {
    about: 'Word problems of your own with a small chat model: labels by its own gain, and all arms of the tables.',
    values: wordProblems,
  },
};

/** The values of a preset. Throws `config` for an unknown name. */
export function presetValues(name: string): ConfigInput {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset) return preset.values;
  throw new RaRftError({
    code: 'config',
    message: `unknown preset ${name}`,
    where: '--preset',
    expected: Object.keys(presets).join(', '),
  });
}
