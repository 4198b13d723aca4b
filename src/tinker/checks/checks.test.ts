/** What is found wrong before anything is sent. */
import { describe, expect, test } from 'vitest';
import { resolveOptions } from '../options.js';
import { adam, datum } from '../testing/client.js';
import type { ForwardBackwardRequest, SampleRequest } from '../types.js';
import { checkSampleRequest } from './check-sampling.js';
import { checkAdam, checkForward } from './check-training.js';

const limits = { vocabSize: 100, maxContextLength: 10 };
const invalid = (where: RegExp | string) =>
  expect.objectContaining({ kind: 'invalid', where: expect.stringMatching(where) as string }) as Error;

describe('training', () => {
  const ce = (more: object): ForwardBackwardRequest => ({ data: [datum(2), datum(3, more)], lossFn: 'cross_entropy' });
  test.each<[string, ForwardBackwardRequest, RegExp]>([
    ['no data', { data: [], lossFn: 'cross_entropy' }, /^op$/],
    ['a datum without tokens', { data: [datum(0)], lossFn: 'cross_entropy' }, /datum 0$/],
    ['no targets', ce({ targetTokens: undefined }), /datum 1$/],
    ['targets of another length', ce({ targetTokens: Int32Array.of(1, 2) }), /datum 1, targetTokens/],
    ['a target that is no token', ce({ targetTokens: Int32Array.of(1, 2, 100) }), /datum 1, targetTokens/],
    [
      'a negative token',
      { data: [{ ...datum(2), tokens: Int32Array.of(1, -5) }], lossFn: 'cross_entropy' },
      /datum 0, tokens/,
    ],
    ['weights of another length', ce({ weights: new Float32Array(4) }), /datum 1, weights/],
    ['NaN in weights', ce({ weights: Float32Array.of(1, NaN, 1) }), /datum 1, weights/],
    ['one input under two names', ce({ target_tokens: Int32Array.of(1, 2, 3) }), /datum 1, target_tokens/],
    ['more than the window', { data: [datum(11)], lossFn: 'cross_entropy' }, /datum 0$/],
    [
      'importance sampling without advantages',
      { data: [datum(2, { logprobs: new Float32Array(2) })], lossFn: 'importance_sampling' },
      /datum 0$/,
    ],
    ['a setting that is NaN', { ...ce({}), lossFnConfig: { beta: NaN } }, /beta/],
  ])('%s', (_what, request, where) => expect(() => checkForward('op', request, limits)).toThrow(invalid(where)));

  test('what is right passes', () => {
    checkForward('op', ce({ weights: Float32Array.of(0, 1, -2) }), limits);
    const inputs = { logprobs: new Float32Array(2), advantages: Float32Array.of(-1, 1) };
    checkForward('op', { data: [datum(2, inputs)], lossFn: 'ppo', lossFnConfig: { clip_low_threshold: -1 } }, limits);
    checkAdam('op', adam);
  });

  test.each(Object.keys(adam))('a step whose %s is NaN or negative', (name) => {
    for (const value of [NaN, -1, Infinity])
      expect(() => checkAdam('op', { ...adam, [name]: value })).toThrow(invalid(name));
  });
});

describe('sampling', () => {
  const base: SampleRequest = {
    prompt: Int32Array.of(1, 2),
    numSamples: 2,
    samplingParams: { maxTokens: 4, temperature: 1 },
  };
  const params = (more: object): SampleRequest => ({ ...base, samplingParams: { ...base.samplingParams, ...more } });
  test.each<[string, SampleRequest, RegExp]>([
    ['an empty prompt', { ...base, prompt: new Int32Array() }, /^op$/],
    ['a token beyond the vocabulary', { ...base, prompt: Int32Array.of(1, 100) }, /prompt/],
    ['no samples', { ...base, numSamples: 0 }, /numSamples/],
    ['half a sample', { ...base, numSamples: 1.5 }, /numSamples/],
    ['no tokens', params({ maxTokens: 0 }), /maxTokens/],
    ['more than the window', params({ maxTokens: 9 }), /prompt and maxTokens/],
    ['a negative temperature', params({ temperature: -1 }), /temperature/],
    ['a temperature that is NaN', params({ temperature: NaN }), /temperature/],
    ['topP 0', params({ topP: 0 }), /topP/],
    ['topK -1', params({ topK: -1 }), /topK/],
    ['a seed whose last sample leaves 31 bits', params({ seed: 2 ** 31 - 2 }), /seed/],
    ['token ids and texts to stop at', params({ stop: [1, 'a'] }), /stop/],
    ['a token to stop at that is none', params({ stop: [100] }), /stop/],
    ['an empty text to stop at', params({ stop: [''] }), /stop/],
  ])('%s', (_what, request, where) => expect(() => checkSampleRequest('op', request, limits)).toThrow(invalid(where)));

  test('what is right passes, also without knowing the model', () => {
    checkSampleRequest('op', params({ temperature: 0, topK: 0, topP: 1, seed: 0, stop: [2] }), limits);
    checkSampleRequest('op', { ...params({ maxTokens: 10 ** 6 }), prompt: Int32Array.of(10 ** 6) }, {});
  });
});

test('limits and times that make no sense are refused', () => {
  const baseUrl = 'http://localhost:1';
  for (const bad of [{ timeouts: { pollMs: 0 } }, { timeouts: { callMs: NaN } }, { limits: { chunkDatums: -1 } }]) {
    expect(() => resolveOptions({ baseUrl, ...bad })).toThrow(expect.objectContaining({ kind: 'invalid' }) as Error);
  }
  expect(resolveOptions({ baseUrl, limits: { serverErrors: 0 } }).limits.serverErrors).toBe(0);
});
