/**
 * Operations, bytes and seconds of sampling and training a decoder. Pure; docs/scale.md has the same formulas in words. N is the number of
 * parameters: a tied embedding counts once, since only the head multiplies by it.
 */
import { countParams } from '../../src/models/index.js';
import type { Accelerator, Shape } from './shapes.js';

/** Shares of the peak and times that no data sheet tells. */
export interface Efficiency {
  /** Of the operations, in training and scoring. */
  training: number;
  /** Of the bandwidth, in decoding. */
  decoding: number;
  /** Seconds of a decoding step beside its reading: scheduling, small kernels, choosing tokens. */
  stepSeconds: number;
}

const BF16 = 2;
const FLOAT32 = 4;

export function parametersOf(shape: Shape): number {
  return countParams({ ...rest, ...shape });
}

/** Parameters of adapters of this rank on all products of the layers: rank times (in + out) of each. */
export function adapterParameters({ hidden, layers, heads, kvHeads, headDim, ffn }: Shape, rank: number): number {
  const [q, kv] = [heads * headDim, kvHeads * headDim];
  const sides = [hidden + q, hidden + kv, hidden + kv, q + hidden, hidden + ffn, hidden + ffn, ffn + hidden];
  return layers * rank * sides.reduce((a, b) => a + b, 0);
}

/** Keys and values of a token in all layers. */
export function kvBytesPerToken({ layers, kvHeads, headDim }: Shape): number {
  return 2 * layers * kvHeads * headDim * BF16;
}

/** A forward pass over a sequence: 2N a token, and attention over half of the sequence on the mean. */
export function forwardFlops(shape: Shape, tokens: number, parameters = parametersOf(shape)): number {
  return tokens * (2 * parameters + attentionFlops(shape, tokens / 2));
}

/** Forward passes over sequences of these lengths. */
export function forwardFlopsOf(shape: Shape, lengths: readonly number[]): number {
  const parameters = parametersOf(shape);
  return lengths.reduce((sum, tokens) => sum + forwardFlops(shape, tokens, parameters), 0);
}

/** Scores and weighted values of one token over so many others. */
function attentionFlops({ layers, heads, headDim }: Shape, context: number): number {
  return 4 * layers * heads * headDim * context;
}

/** What a step of ours costs for a sequence that is trained on, in forward passes. */
export const passes = {
  /** Log-probabilities under the trainer's weights, before the gradient (docs/tinker.md). */
  score: 1,
  /** Forward, backward (twice a forward), and the forward once more for gradient checkpointing. */
  fullGradient: 4,
  /** The same without the gradients of the frozen weights, half of the backward pass. */
  adapterGradient: 3,
} as const;

/** Bytes a parameter that is trained takes, sharded over the trainer's devices: float32 weight, gradient and both moments of AdamW. */
export const TRAINED_BYTES = 4 * FLOAT32;

export interface TrainingMemory {
  /** Weights, gradients and moments on each device. */
  stateBytes: number;
  /** Inputs of all layers of one sequence, kept for gradient checkpointing. */
  activationBytes: number;
  /** What one layer computes anew at a time. */
  layerBytes: number;
}

/** Memory of training on each of `devices`, with sequences of up to `tokens`, one at a time. Rank 0: all weights. */
export function trainingMemory(
  shape: Shape,
  { rank, devices, tokens }: { rank: number; devices: number; tokens: number },
): TrainingMemory {
  const { hidden, layers, heads, kvHeads, headDim, ffn } = shape;
  const whole = parametersOf(shape);
  // Adapters leave the weights frozen: bfloat16, sharded too.
  const state = rank === 0 ? TRAINED_BYTES * whole : BF16 * whole + TRAINED_BYTES * adapterParameters(shape, rank);
  const perToken = 4 * hidden + 2 * (heads + 2 * kvHeads) * headDim + 3 * ffn;
  return {
    stateBytes: state / devices,
    activationBytes: tokens * layers * hidden * BF16,
    layerBytes: tokens * perToken * BF16,
  };
}

/** Sequences of this mean length whose keys and values fit beside the weights, with `share` of the memory given to the sampler. */
export function sequencesThatFit(
  shape: Shape,
  { memoryBytes }: Accelerator,
  { tokens, share }: { tokens: number; share: number },
): number {
  const free = share * memoryBytes - BF16 * parametersOf(shape);
  return Math.max(0, Math.floor(free / (tokens * kvBytesPerToken(shape))));
}

/**
 * Seconds of one decoding step: fixed ones (all weights are read, whoever is there), and those of each sequence (its keys and values
 * are read). Small models decode at the pace of the memory; at the lengths of reasoning, products never bound them.
 */
export function decodingSeconds(
  shape: Shape,
  { bandwidth }: Accelerator,
  context: number,
  { decoding, stepSeconds }: Efficiency,
): { fixed: number; perSequence: number } {
  const bytesPerSecond = decoding * bandwidth;
  return {
    fixed: stepSeconds + (BF16 * parametersOf(shape)) / bytesPerSecond,
    perSequence: (context * kvBytesPerToken(shape)) / bytesPerSecond,
  };
}

/** Seconds in which `devices` make so many forward passes' worth of operations over sequences of these lengths. */
export function passSeconds(
  shape: Shape,
  { flops }: Accelerator,
  { lengths, devices, times }: { lengths: readonly number[]; devices: number; times: number },
  { training }: Efficiency,
): number {
  return (times * forwardFlopsOf(shape, lengths)) / (training * flops * devices);
}

/** Bytes that refreshing the samplers moves to each device: all weights, or the adapter. */
export function refreshBytes(shape: Shape, rank: number): number {
  return BF16 * (rank === 0 ? parametersOf(shape) : adapterParameters(shape, rank));
}

/** What `countParams` wants to know beside, and which changes no size. */
const rest = {
  architecture: 'qwen3' as const,
  ropeTheta: 1e6,
  rmsEps: 1e-6,
  maxPosition: 40_960,
  eosIds: [],
  dtype: 'bfloat16' as const,
};
