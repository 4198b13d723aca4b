/** The worked example of docs/scale.md: a step of the paper's training on so many devices, from named assumptions. */
import { paperSettings, presets } from '../../src/config/index.js';
import { Rng } from '../../src/core/index.js';
import {
  adapterParameters,
  decodingSeconds,
  forwardFlopsOf,
  parametersOf,
  passes,
  passSeconds,
  sequencesThatFit,
  trainingMemory,
} from './arithmetic.js';
import { drawLengths } from './lengths.js';
import { stepTime, type Cluster, type LoopVariant, type OurSeconds, type StepTime, type StepWork } from './loop.js';
import { h100, QWEN3_WINDOW, shapes, type Accelerator } from './shapes.js';

export interface Scenario {
  model: keyof typeof shapes;
  /** Of the adapters; 0: all weights. */
  rank: number;
  devices: number;
}

/** What the example takes for granted; the page names where each is from. */
export const assumptions = {
  lengths: { median: 8000, sigma: 0.8, max: paperSettings.maxResponseTokens },
  /** Question, trace and layout. */
  promptTokens: 1200,
  /** Share of the problems with right and wrong responses. */
  mixedShare: 0.5,
  efficiency: { training: 0.4, decoding: 0.6, stepSeconds: 0.004 },
  /** Of a device's memory, for the sampler. */
  samplerShare: 0.8,
  /** Until sampler and trainer have changed places on the devices, and the weights are the new ones. */
  refreshSeconds: { full: 20, adapters: 5 },
  optimizerSeconds: 1,
  /** Bytes of a request (`limits.chunkBytes` of the client) over those of a token in a pass. */
  chunkTokens: 5_000_000 / 20,
} as const;

/** Sequences that a server of vLLM takes at a time by default (`max_num_seqs` of SkyRL: 1024). */
const MAX_SEQUENCES = 1024;

/** Lengths of a step: the same ones for all scenarios, so that their rows differ by nothing else. */
export function workedStep(): StepWork {
  const groups = { groups: paperSettings.promptsPerStep, groupSize: paperSettings.groupSize };
  const lengths_NG = drawLengths(Rng.fromSeed('worked example'), groups, assumptions.lengths);
  const trained_N = lengths_NG.map((_, n) => n % 2 < 2 * assumptions.mixedShare);
  return { lengths_NG, promptTokens: assumptions.promptTokens, trained_N };
}

/** The cluster of a scenario, with sequences of the lengths of this step. */
export function clusterOf({ model, rank, devices }: Scenario, work: StepWork, device: Accelerator = h100): Cluster {
  const shape = shapes[model];
  const { efficiency, samplerShare, refreshSeconds, optimizerSeconds, chunkTokens, promptTokens } = assumptions;
  // A response in the middle of its way has half of its tokens behind it.
  const context = promptTokens + meanOf(work.lengths_NG.flat()) / 2;
  const { fixed, perSequence } = decodingSeconds(shape, device, context, efficiency);
  const fit = sequencesThatFit(shape, device, { tokens: context, share: samplerShare });
  const lengths = trainedLengths(work);
  const tokens = lengths.reduce((a, b) => a + b, 0);
  const gradient = rank === 0 ? passes.fullGradient : passes.adapterGradient;
  const perToken = (times: number) => passSeconds(shape, device, { lengths, devices, times }, efficiency) / tokens;
  return {
    samplers: {
      servers: devices,
      slots: Math.max(1, Math.min(fit, MAX_SEQUENCES)),
      fixedSeconds: fixed,
      perSequenceSeconds: perSequence,
    },
    refreshSeconds: rank === 0 ? refreshSeconds.full : refreshSeconds.adapters,
    scoreToken: perToken(passes.score),
    gradientToken: perToken(gradient),
    optimizerSeconds,
    chunkTokens,
  };
}

export interface WorkedRow extends Scenario {
  parameters: number;
  trainedParameters: number;
  /** Of the largest device memory that training needs, with the longest sequence. */
  trainingBytes: number;
  /** Sequences of this step's mean that a device samples at a time. */
  slots: number;
  step: StepTime;
  /** Of all devices, for a step. */
  deviceHours: number;
  /** Operations of a step, of both passes. */
  trainingFlops: number;
}

export function workedRow(scenario: Scenario, ours: OurSeconds, variant?: LoopVariant): WorkedRow {
  const { model, rank, devices } = scenario;
  const shape = shapes[model];
  const work = workedStep();
  const cluster = clusterOf(scenario, work);
  const step = stepTime(work, cluster, ours, variant);
  const memory = trainingMemory(shape, { rank, devices, tokens: QWEN3_WINDOW });
  const gradient = rank === 0 ? passes.fullGradient : passes.adapterGradient;
  return {
    ...scenario,
    parameters: parametersOf(shape),
    trainedParameters: rank === 0 ? parametersOf(shape) : adapterParameters(shape, rank),
    trainingBytes: memory.stateBytes + memory.activationBytes + memory.layerBytes,
    slots: cluster.samplers.slots,
    step,
    deviceHours: (devices * step.seconds) / 3600,
    trainingFlops: (passes.score + gradient) * forwardFlopsOf(shape, trainedLengths(work)),
  };
}

/** Tokens of a step: of all responses, of prompts with a response each that are trained on. */
export function tokensOf(work: StepWork): { sampled: number; prompts: number; trained: number } {
  return {
    sampled: sum(work.lengths_NG.flat()),
    prompts: work.lengths_NG.length * work.promptTokens,
    trained: sum(trainedLengths(work)),
  };
}

/** Prices of a million tokens. */
export interface TokenPrices {
  prefillUsd: number;
  sampleUsd: number;
  trainUsd: number;
}

/** A step on a service that is paid by the token: trained sequences are passed twice (scores, gradient). */
export function hostedStepUsd(work: StepWork, { prefillUsd, sampleUsd, trainUsd }: TokenPrices): number {
  const { sampled, prompts, trained } = tokensOf(work);
  return (prompts * prefillUsd + sampled * sampleUsd + 2 * trained * trainUsd) / 1e6;
}

export interface LabelWork {
  pairs: number;
  promptTokens: number;
  replyTokens: number;
}

/** What a judge takes for the labels, with the factor of its batch API. */
export function labelsUsd(
  { pairs, promptTokens, replyTokens }: LabelWork,
  { inputUsd, outputUsd, batchFactor }: { inputUsd: number; outputUsd: number; batchFactor: number },
): number {
  return (batchFactor * pairs * (promptTokens * inputUsd + replyTokens * outputUsd)) / 1e6;
}

/** Steps of the presets. */
export const trainingSteps = presets['paper']!.values.rl!.steps!;

function trainedLengths({ lengths_NG, promptTokens, trained_N }: StepWork): number[] {
  return lengths_NG.flatMap((lengths_G, n) => (trained_N[n] ? lengths_G.map((length) => promptTokens + length) : []));
}

function meanOf(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
