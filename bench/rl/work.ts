/** What one part of the RL benchmark does, by ours and by the peer alike. */
import { loraTargets } from '../../src/config/lora-targets.js';
import { Rng } from '../../src/core/rng.js';
import { adapterParts, factorSpecs } from '../../src/models/adapter/index.js';
import { paramSpecs, sizeOf } from '../../src/models/parameters.js';
import { configOf, readShape, type Shape } from '../shapes.js';

/** The adapters of the parts with LoRA: on all products of a layer. */
const LORA = { rank: 16, alpha: 32, targets: [...loraTargets] };
const SHAPES = ['3m', '10m', '135m'] as const;
const GROUP_SIZES = [1, 4, 16];
const PROMPT_LENGTHS = [128, 256, 512, 1024];

/** Seconds of one step; the update is everything that is not sampling: rewards, advantages, scoring, gradient, optimizer. */
export interface StepSeconds {
  whole: number;
  sample: number;
  update: number;
  /** Largest resident memory of the process so far, in gigabytes. */
  peakGb: number;
}

/** Steps of one size, the same for ours and the peer. */
export interface RlWork {
  /** The measures of the part end in this. */
  name: string;
  shape: Shape;
  /** The adapters that are trained in place of the weights. */
  lora?: typeof LORA;
  /** Numbers under training: of all weights, or of the adapters. */
  trained: number;
  threads: number;
  /** Token ids of the prompts of all steps; a step takes `promptsPerStep` that no other takes. */
  prompts: number[][];
  promptsPerStep: number;
  /** Responses of a prompt (G). */
  responses: number;
  /** Tokens of every response. */
  new: number;
  /** Steps: one that warms up and the timed ones. */
  steps: number;
  /** Responses that the peer trains on at a time, for the memory of their activations; ours chooses by itself. */
  microRows: number;
}

interface Part {
  name: string;
  /** `10m`, or `10m-lora` where adapters are trained. */
  training: string;
  model: (typeof SHAPES)[number];
  lora: boolean;
  responses: number;
  prompt: number;
}

const TRAININGS: readonly Pick<Part, 'training' | 'model' | 'lora'>[] = SHAPES.flatMap((model) => [
  { training: model, model, lora: false },
  { training: `${model}-lora`, model, lora: true },
]);

const PARTS: readonly Part[] = TRAININGS.flatMap((each) =>
  GROUP_SIZES.flatMap((responses) =>
    PROMPT_LENGTHS.map((prompt) => ({ ...each, name: `${each.training}-g${responses}-p${prompt}`, responses, prompt })),
  ),
);

/** Names that `--only` takes: a model with or without LoRA, for all its parts, and single parts. */
export const partNames = (): readonly string[] => [
  ...TRAININGS.map(({ training }) => training),
  ...PARTS.map(({ name }) => name),
];

/** The parts asked for by name or training; where none is, all, or in a smoke run those of the shortest and longest prompts. */
export function partsOf({ only, smoke }: { only: readonly string[]; smoke: boolean }): readonly Part[] {
  if (only.length > 0) return PARTS.filter(({ name, training }) => only.includes(name) || only.includes(training));
  const ends = [PROMPT_LENGTHS[0], PROMPT_LENGTHS.at(-1)];
  return smoke ? PARTS.filter(({ prompt }) => ends.includes(prompt)) : PARTS;
}

/** Token ids that mean nothing to the peer's tokenizer: 0 to 2 are its padding, begin and end. */
const FIRST_TOKEN = 3;

/** Tokens that a peer trains on in a step beyond which three timed steps must do in place of five. */
const MANY_TOKENS = 20_000;

/** The sizes of a part. A smoke run keeps its G and makes everything else tiny. */
export function workOf(part: Part, { smoke, threads }: { smoke: boolean; threads: number }): RlWork {
  const large = part.model === '135m';
  const promptsPerStep = smoke ? 2 : large ? 4 : 8;
  const length = smoke ? part.prompt / 16 : part.prompt;
  const fresh = smoke ? 4 : 64;
  const rows = promptsPerStep * part.responses;
  const many = large || rows * (length + fresh) > MANY_TOKENS;
  const steps = 1 + (smoke ? 1 : many ? 3 : 5);
  const shape = readShape(part.model, smoke);
  const rng = Rng.fromSeed(part.name);
  const token = () => FIRST_TOKEN + rng.int(shape.vocab - FIRST_TOKEN);
  return {
    name: part.name.replaceAll('-', '_'),
    shape,
    ...(part.lora && { lora: LORA }),
    trained: numbersTrained(shape, part),
    threads,
    prompts: Array.from({ length: promptsPerStep * steps }, () => Array.from({ length }, token)),
    promptsPerStep,
    responses: part.responses,
    new: fresh,
    steps,
    microRows: microRows(rows, length + fresh, large ? 6144 : 16_384),
  };
}

function numbersTrained(shape: Shape, { lora }: Part): number {
  const config = configOf(shape);
  const specs = lora ? factorSpecs(adapterParts(config, LORA), LORA.rank) : paramSpecs(config);
  return specs.reduce((sum, spec) => sum + sizeOf(spec.shape), 0);
}

/** The largest equal part of so many rows whose tokens stay within the budget. */
function microRows(rows: number, tokensPerRow: number, budget: number): number {
  let part = rows;
  while (part > 1 && (rows % part !== 0 || part * tokensPerRow > budget)) part--;
  return part;
}
