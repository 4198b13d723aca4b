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

export const presets: Readonly<Record<string, { about: string; values: ConfigInput }>> = {
  demo: { about: 'The embedded world in minutes: RA-RFT against GRPO and its controls.', values: demo },
  quick: { about: 'Every stage of the demo in seconds; too small to show the effect.', values: quick },
  ...paperPresets,
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
