/** Decoders as encoders at work: what is trained and what is not, gradients, padding, merging. */
import { afterEach, describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { architectureOf } from '../../models/encoders/config.js';
import {
  decoderEncoderOf,
  decoderEncoderParams,
  type DecoderEncoderOptions,
} from '../../models/encoders/decoder-config.js';
import { mergeEncoder } from '../../models/encoders/decoder-weights.js';
import type { Pooling } from '../../models/encoders/head.js';
import { sizeOf } from '../../models/parameters.js';
import { tinyConfig } from '../../models/testing/tiny-model.js';
import { slopeError } from '../testing/slope-error.js';
import { randomTexts } from '../testing/small-encoder.js';
import { NetSession } from './net/session.js';
import type { NetSetup, TokenBatch } from './net/port.js';
import { sliceTexts } from './token-vectors.js';

const open: NetSession[] = [];
afterEach(async () => {
  for (const session of open.splice(0)) await session.dispose();
});
const session = (setup: NetSetup) => {
  open.push(new NetSession(setup));
  return open.at(-1) as NetSession;
};

/** Random weights everywhere, factors of adapters too, so that nothing is zero. */
function setupOf(options: DecoderEncoderOptions, architecture: 'llama' | 'qwen2' | 'qwen3' = 'qwen3'): NetSetup {
  const config = decoderEncoderOf(tinyConfig(architecture, { layers: 3 }), {
    maxTokens: 32,
    head: { pooling: 'token', dense: [5] },
    ...options,
  });
  const rng = Rng.fromSeed(3);
  const params = decoderEncoderParams(config).map(({ name, shape, decay }): [string, Float32Array] => {
    const stream = rng.fork(name);
    const draw = () => (decay ? 0.3 * stream.normal() : 1 + 0.2 * stream.normal());
    return [name, Float32Array.from({ length: sizeOf(shape) }, draw)];
  });
  return { config, params: new Map(params), scoring: 'mean', temperature: 0.5, threads: 1 };
}

const batch: TokenBatch = {
  queries_Q: randomTexts([4, 7, 1], 5),
  documents_D: randomTexts([5, 3, 9, 6], 6),
  masks: {
    queries: 3,
    documents: 4,
    positive: Uint8Array.from([1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1]),
    ignore: Uint8Array.from([0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  },
};
const lora = { rank: 2, alpha: 4 };
const pooled = (pooling: Pooling, dense: number[] = []) => ({ head: { pooling, dense } });

describe('padding', () => {
  it.each<[string, DecoderEncoderOptions]>([
    ['tokens under causal attention', {}],
    ['tokens under full attention', { attention: 'full' }],
    ['the last token', pooled('last')],
    ['the mean under full attention', { ...pooled('mean'), attention: 'full' }],
  ])('does not matter to %s', async (_, options) => {
    const encoder = session(setupOf(options));
    const texts = randomTexts([4, 9, 1, 6], 3);
    const all = await encoder.encode(texts);
    for (const [i, text] of texts.entries()) {
      const alone = await encoder.encode([text]);
      const together = sliceTexts(all, i, i + 1).vectors;
      expect(together).toHaveLength(alone.vectors.length);
      alone.vectors.forEach((v, at) => expect(together[at]).toBeCloseTo(v, 5));
    }
  });

  it('is seen neither by causal attention, which looks back alone, nor by full, which looks on', async () => {
    const [start, longer] = [
      [3, 1, 4],
      [3, 1, 4, 15, 9],
    ].map((ids) => ({ ids: Int32Array.from(ids) }));
    const startOf = async (options: DecoderEncoderOptions) => {
      const both = await session(setupOf(options)).encode([start!, longer!]);
      return [sliceTexts(both, 0, 1).vectors, sliceTexts(both, 1, 2).vectors.subarray(0, 15)] as const;
    };
    const [alone, followed] = await startOf({});
    alone.forEach((v, at) => expect(followed[at]).toBeCloseTo(v, 5));
    const [seenAlone, seenFollowed] = await startOf({ attention: 'full' });
    expect(Math.max(...seenAlone.map((v, at) => Math.abs(v - seenFollowed[at]!)))).toBeGreaterThan(0.05);
  });
});

describe('training', () => {
  const cases: [string, DecoderEncoderOptions, RegExp][] = [
    ['the projection alone', { frozenLayers: 3 }, /^dense\.0$/],
    [
      'low-rank changes',
      { lora, frozenLayers: 2, layer: 2 },
      /^dense\.0$|^base_model.*layers\.[01]\..*lora_[AB]\.weight$/,
    ],
    [
      'the weights above two frozen layers, single-vector',
      { frozenLayers: 2, ...pooled('last', [5]) },
      /^dense\.0$|^layers\.2\.|^norm$/,
    ],
    [
      'all weights and the embeddings under full attention, without the final norm',
      { trainEmbeddings: true, attention: 'full', finalNorm: false, layer: 1 },
      /^dense\.0$|^layers\.0\.|^embed$/,
    ],
  ];
  it.each(cases)('has the gradient of finite differences: %s', async (_, options, names) => {
    for (const architecture of ['qwen3', 'qwen2'] as const) {
      const setup = setupOf(options, architecture);
      const encoder = session(setup);
      const { gradient } = await encoder.lossAndGradient(batch);
      const expected = architectureOf(setup.config).params.filter(({ name }) => names.test(name));
      expect([...gradient.keys()].toSorted()).toEqual(expected.map(({ name }) => name).toSorted());
      for (const [name, grad] of gradient) {
        expect({ name, moves: grad.some((g) => g !== 0) }).toEqual({ name, moves: true });
        const value = setup.params.get(name) as Float32Array;
        const error = await slopeError(() => encoder.lossAndGradient(batch), value, grad, { seed: 1, step: 2e-3 });
        expect({ architecture, name, exact: error < 2e-2, error }).toMatchObject({ exact: true });
      }
    }
  });

  it('moves what is trained and nothing else, and learns the batch', async () => {
    const setup = setupOf({ lora, frozenLayers: 3 });
    const before = new Map([...setup.params].map(([name, values]) => [name, values.slice()]));
    const encoder = session(setup);
    const losses: number[] = [];
    for (let step = 0; step < 40; step++) {
      const { loss } = await encoder.trainStep(batch, { learningRate: 0.02, weightDecay: 0, maxGradNorm: 1 });
      losses.push(loss);
    }
    expect(losses.at(-1)).toBeLessThan(0.3 * losses[0]!);
    for (const { name, trained } of architectureOf(setup.config).params) {
      const moved = before.get(name)!.some((v, i) => v !== setup.params.get(name)![i]);
      expect({ name, moved }).toEqual({ name, moved: trained });
    }
  });
});

describe('mergeEncoder', () => {
  it.each(['llama', 'qwen2', 'qwen3'] as const)('gives the same vectors without factors (%s)', async (architecture) => {
    const setup = setupOf({ lora, frozenLayers: 2, layer: 2 }, architecture);
    const merged = await mergeEncoder({ config: setup.config, params: setup.params });
    expect(merged.config).toEqual({ ...setup.config, lora: null });
    expect([...merged.params.keys()].some((name) => name.includes('lora'))).toBe(false);
    const one = await session(setup).encode(batch.documents_D);
    const other = await session({ ...setup, ...merged }).encode(batch.documents_D);
    one.vectors.forEach((v, at) => expect(other.vectors[at]).toBeCloseTo(v, 5));
    const base = { ...merged, params: new Map([...setup.params].filter(([name]) => !name.includes('lora'))) };
    const without = await session({ ...setup, ...base }).encode(batch.documents_D);
    expect(Math.max(...one.vectors.map((v, at) => Math.abs(v - without.vectors[at]!)))).toBeGreaterThan(0.05);
  });

  it('leaves an encoder without an adapter as it is', async () => {
    const { config, params } = setupOf({});
    const encoder = { config, params };
    expect(await mergeEncoder(encoder)).toBe(encoder);
  });
});
