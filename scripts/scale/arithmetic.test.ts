import { describe, expect, it } from 'vitest';
import {
  adapterParameters,
  decodingSeconds,
  forwardFlops,
  kvBytesPerToken,
  parametersOf,
  passSeconds,
  refreshBytes,
  sequencesThatFit,
  trainingMemory,
} from './arithmetic.js';
import { shapes, type Accelerator, type Shape } from './shapes.js';

/** Numbers small enough for a sheet of paper: 2 layers of width 4, 2 heads and 1 key/value head of 2, feed-forward 8, vocabulary 10. */
const tiny: Shape = {
  hidden: 4,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 2,
  ffn: 8,
  vocab: 10,
  tied: true,
  qkvBias: false,
  qkNorm: false,
};
/** A layer: norms 4 + 4, q 16, k 8, v 8, o 16, gate 32, up 32, down 32: 152. Two of them, the embedding 40, the last norm 4. */
const PARAMETERS = 2 * 152 + 40 + 4;
const device: Accelerator = { name: 'slow', flops: 1000, bandwidth: 2000, memoryBytes: 10_000 };
const half = { training: 0.5, decoding: 0.5, stepSeconds: 0.25 };

describe('sizes', () => {
  it('are those of the published models', () => {
    // Model cards: 1.7B parameters of which 1.4B are no embedding; 4.0B and 3.6B.
    const withoutEmbedding = (shape: Shape) => parametersOf(shape) - shape.vocab * shape.hidden;
    expect(parametersOf(shapes['Qwen3-1.7B']) / 1e9).toBeCloseTo(1.72, 2);
    expect(withoutEmbedding(shapes['Qwen3-1.7B']) / 1e9).toBeCloseTo(1.41, 2);
    expect(parametersOf(shapes['Qwen3-4B']) / 1e9).toBeCloseTo(4.02, 2);
    expect(withoutEmbedding(shapes['Qwen3-4B']) / 1e9).toBeCloseTo(3.63, 2);
  });

  it('are counted by hand', () => {
    expect(parametersOf(tiny)).toBe(PARAMETERS);
    expect(parametersOf({ ...tiny, tied: false })).toBe(PARAMETERS + 40);
    // q 4+4, k 4+2, v 4+2, o 4+4, gate 4+8, up 4+8, down 8+4: 64 a layer and rank.
    expect(adapterParameters(tiny, 3)).toBe(2 * 3 * 64);
    // Keys and values of 1 head of 2 in 2 layers, 2 bytes each.
    expect(kvBytesPerToken(tiny)).toBe(16);
    expect(kvBytesPerToken(shapes['Qwen3-1.7B'])).toBe(114_688);
  });
});

describe('operations', () => {
  it('are 2N a token and attention over the tokens before it', () => {
    // 4 x 2 layers x 2 heads x 2 x 5 tokens before it on the mean.
    expect(forwardFlops(tiny, 10)).toBe(10 * (2 * PARAMETERS + 32 * 5));
    expect(forwardFlops(tiny, 0)).toBe(0);
  });

  it('take the time of the share of the peak that is reached, on all devices', () => {
    const work = { lengths: [10, 10], devices: 4, times: 5 };
    expect(passSeconds(tiny, device, work, half)).toBeCloseTo((5 * 2 * forwardFlops(tiny, 10)) / (0.5 * 1000 * 4), 9);
  });
});

describe('memory', () => {
  it('of full training is 16 bytes a parameter, shared out', () => {
    const { stateBytes, activationBytes, layerBytes } = trainingMemory(tiny, { rank: 0, devices: 4, tokens: 100 });
    expect(stateBytes).toBe(4 * PARAMETERS);
    expect(activationBytes).toBe(100 * 2 * 4 * 2);
    // 4 x 4 of the stream, 2 x (2 + 2 heads) x 2 of queries, keys and values, 3 x 8 of the feed-forward; 2 bytes each.
    expect(layerBytes).toBe(100 * (16 + 16 + 24) * 2);
  });

  it('of adapters is 2 bytes a frozen parameter and 16 a trained one', () => {
    expect(trainingMemory(tiny, { rank: 3, devices: 1, tokens: 1 }).stateBytes).toBe(2 * PARAMETERS + 16 * 384);
  });

  it('leaves room for so many sequences, or for none', () => {
    // 0.9 x 10,000 less 696 of weights is 8,304; a sequence of 100 tokens takes 1,600.
    expect(sequencesThatFit(tiny, device, { tokens: 100, share: 0.9 })).toBe(5);
    expect(sequencesThatFit(tiny, device, { tokens: 100, share: 0.05 })).toBe(0);
  });
});

describe('sampling', () => {
  it('reads all weights a step, and the keys and values of every sequence', () => {
    const { fixed, perSequence } = decodingSeconds(tiny, device, 50, half);
    expect(fixed).toBeCloseTo(0.25 + (2 * PARAMETERS) / 1000, 9);
    expect(perSequence).toBeCloseTo((50 * 16) / 1000, 9);
  });

  it('is refreshed with all weights, or with the adapter', () => {
    expect(refreshBytes(tiny, 0)).toBe(2 * PARAMETERS);
    expect(refreshBytes(tiny, 3)).toBe(2 * 384);
  });
});
