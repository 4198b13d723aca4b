/** What one part of the RL benchmark does, by ours and by the peer alike. */
import { Rng } from '../../src/core/rng.js';
import { readShape, type Shape } from '../shapes.js';

const SHAPES = ['3m', '10m', '135m'] as const;
const GROUP_SIZES = [1, 4, 16];
const PROMPT_LENGTHS = [128, 256, 512, 1024];

/** Steps of one size, the same for ours and the peer. */
export interface RlWork {
  /** The measures of the part end in this. */
  name: string;
  shape: Shape;
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
  model: (typeof SHAPES)[number];
  responses: number;
  prompt: number;
}

const PARTS: readonly Part[] = SHAPES.flatMap((model) =>
  GROUP_SIZES.flatMap((responses) =>
    PROMPT_LENGTHS.map((prompt) => ({ name: `${model}-g${responses}-p${prompt}`, model, responses, prompt })),
  ),
);

/** Names that `--only` takes: models, for all their parts, and single parts. */
export const partNames = (): readonly string[] => [...SHAPES, ...PARTS.map(({ name }) => name)];

/** The parts asked for by name or model; where none is, all, or in a smoke run those of the shortest and longest prompts. */
export function partsOf({ only, smoke }: { only: readonly string[]; smoke: boolean }): readonly Part[] {
  if (only.length > 0) return PARTS.filter(({ name, model }) => only.includes(name) || only.includes(model));
  const ends = [PROMPT_LENGTHS[0], PROMPT_LENGTHS.at(-1)];
  return smoke ? PARTS.filter(({ prompt }) => ends.includes(prompt)) : PARTS;
}

/** Token ids that mean nothing to the peer's tokenizer: 0 to 2 are its padding, begin and end. */
const FIRST_TOKEN = 3;

/** The sizes of a part. A smoke run keeps its G and makes everything else tiny. */
export function workOf({ name, model, responses, prompt }: Part, options: { smoke: boolean; threads: number }): RlWork {
  const { smoke, threads } = options;
  const large = model === '135m';
  const promptsPerStep = smoke ? 2 : large ? 4 : 8;
  const steps = 1 + (smoke ? 1 : large ? 3 : 5);
  const length = smoke ? prompt / 16 : prompt;
  const fresh = smoke ? 4 : 64;
  const shape = readShape(model, smoke);
  const rng = Rng.fromSeed(name);
  const token = () => FIRST_TOKEN + rng.int(shape.vocab - FIRST_TOKEN);
  return {
    name: name.replaceAll('-', '_'),
    shape,
    threads,
    prompts: Array.from({ length: promptsPerStep * steps }, () => Array.from({ length }, token)),
    promptsPerStep,
    responses,
    new: fresh,
    steps,
    microRows: microRows(promptsPerStep * responses, length + fresh, large ? 6144 : 16_384),
  };
}

/** The largest equal part of so many rows whose tokens stay within the budget. */
function microRows(rows: number, tokensPerRow: number, budget: number): number {
  let part = rows;
  while (part > 1 && (rows % part !== 0 || part * tokensPerRow > budget)) part--;
  return part;
}
