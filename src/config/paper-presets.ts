/**
 * The paper's training as presets: `paper`, whatever trains the policy, and the same on servers that speak the Tinker API. What is
 * yours (data, the model's folder, the server) goes on top of them; docs/scale.md.
 */
import { paperSettings } from './paper.js';
import type { ConfigInput } from './schema.js';

/** The window of Qwen3 less the paper's longest response. */
const MAX_PROMPT_TOKENS = 40_960 - paperSettings.maxResponseTokens;

/** The training of the retriever: small steps, for an encoder that was trained before. */
export const paperRetriever = {
  epochs: 3,
  batchSize: 128,
  learningRate: 3e-5,
  warmupShare: 0.1,
  weightDecay: 0.01,
  validationShare: 0.05,
} satisfies ConfigInput['retriever'];

const paper = {
  name: 'paper',
  prompt: { maxPromptTokens: MAX_PROMPT_TOKENS, overlong: 'skip' },
  generation: { maxTokens: paperSettings.maxResponseTokens, temperature: paperSettings.temperature },
  reward: 'math',
  llm: { model: 'gpt-4o', batch: true },
  labels: { judge: 'llm', maxQueries: paperSettings.queries },
  retriever: paperRetriever,
  rl: {
    recipe: 'grpo',
    steps: Math.ceil((paperSettings.epochs * paperSettings.queries) / paperSettings.promptsPerStep),
    promptsPerStep: paperSettings.promptsPerStep,
    maxGroupsPerUpdate: paperSettings.promptsPerStep,
    groupSize: paperSettings.groupSize,
    learningRate: paperSettings.learningRate,
    beta2: 0.999,
    // Servers clip by a setting of their own, or not at all.
    maxGradNorm: 0,
    warmupSteps: 0,
  },
  arms: [
    { name: 'grpo', train: 'none', test: 'none' },
    { name: 'ra-rft', train: 'learned', test: 'learned' },
  ],
  eval: { k: paperSettings.evalSamples, everySteps: 25 },
} satisfies ConfigInput;

/** Adapters learn at about ten times the rate of all weights ("LoRA Without Regret", Thinking Machines, 2025); the paper has none. */
const adapters = { lora: { rank: 32 }, learningRate: 1e-5 };

// All samples of a step are asked for at once, and the last of them may have to wait for hours on a single device.
const patient = { kind: 'tinker', callMinutes: 360 } as const;
const skyrl = { ...patient, url: 'http://127.0.0.1:8000' } as const;
const hosted = {
  ...patient,
  url: 'https://tinker.thinkingmachines.dev/services/tinker-prod',
  apiKeyEnv: 'TINKER_API_KEY',
} as const;

interface Way {
  about: string;
  /** The model as its server names it, of this organisation on the Hub. */
  model: string;
  engine: typeof skyrl | typeof hosted;
  rl?: ConfigInput['rl'];
}

const ways: Readonly<Record<string, Way>> = {
  'qwen3-1.7b-skyrl': { about: 'all weights of Qwen3-1.7B on SkyRL', model: 'Qwen3-1.7B', engine: skyrl },
  'qwen3-1.7b-skyrl-lora': {
    about: 'adapters of Qwen3-1.7B on SkyRL',
    model: 'Qwen3-1.7B',
    engine: skyrl,
    rl: adapters,
  },
  'qwen3-4b-skyrl': { about: 'all weights of Qwen3-4B on SkyRL', model: 'Qwen3-4B', engine: skyrl },
  'qwen3-4b-skyrl-lora': { about: 'adapters of Qwen3-4B on SkyRL', model: 'Qwen3-4B', engine: skyrl, rl: adapters },
  // Neither of the paper's models is in the list of the service; this one is (January 2026), and does not think in tags.
  'qwen3-4b-hosted': {
    about: 'adapters of Qwen3-4B-Instruct-2507 on the hosted Tinker service',
    model: 'Qwen3-4B-Instruct-2507',
    engine: hosted,
    rl: adapters,
  },
};

export const paperPresets: Readonly<Record<string, { about: string; values: ConfigInput }>> = {
  'paper-retriever': {
    about: "The paper's settings of the retriever's training, on your own data and a pretrained encoder.",
    values: { name: 'paper-retriever', retriever: paperRetriever },
  },
  paper: { about: "The paper's settings of everything, on your own data, model and server.", values: paper },
  ...Object.fromEntries(
    Object.entries(ways).map(([name, { about, model, engine, rl }]) => [
      name,
      {
        about: `The paper's settings with ${about}; model.path is the folder of the same model here (docs/scale.md).`,
        values: {
          ...paper,
          name,
          model: { path: model },
          engine: { ...engine, model: `Qwen/${model}` },
          rl: { ...paper.rl, ...rl },
        } satisfies ConfigInput,
      },
    ]),
  ),
};
