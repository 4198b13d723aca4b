import { expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { lossOf } from '../testing/gradient.js';
import { randomTokens } from '../testing/helpers.js';
import { tinyConfig, tinyParams } from '../../models/testing/tiny-model.js';
import { ModelState } from './model-state.js';
import { Programs } from './programs.js';
import { accumulateGradients } from './trainer.js';
import { fullTraining } from './training.js';

const LIMITS = { bytes: 1e9, rows: 1e6 };
const config = tinyConfig('llama', { vocab: 16_400, hidden: 8 });

// One response token leaves the second part of the head without rows; an odd number leaves it a smaller one.
it.each([
  [1, false],
  [2, false],
  [7, false],
  [1, true],
  [7, true],
])(
  'has the gradient of its loss where the head is in parts (%i tokens, alternatives %s)',
  async (length, withOthers) => {
    const programs = new Programs(1);
    const training = fullTraining(config, tinyParams(config));
    const { trainables } = training;
    const state = new ModelState(config, training.params, { maxContext: 24, programs });
    const rng = Rng.fromSeed(length);
    const tokens = randomTokens(rng, length, config.vocab);
    const weights = Float32Array.from({ length }, () => rng.next());
    const prompt = randomTokens(rng, 3, config.vocab);
    for (const { grad } of trainables) for (let i = 0; i < grad.length; i++) grad[i] = 0.25; // what stood there before
    const slopes = weights.map((w) => -w);
    const alternatives = {
      ids: randomTokens(rng, 3 * length, config.vocab),
      slopes: Float32Array.from({ length: 3 * length }, () => rng.normal()),
    };
    const own = { tokens, slopes, ...(withOthers && { alternatives }) };
    const groups = [{ prompt, responses: [own] }];
    const { loss } = await accumulateGradients(state, training, groups, LIMITS);
    const lossNow = () => lossOf(state, groups, LIMITS);
    expect(await lossNow()).toBeCloseTo(loss, 4);
    for (const { name, value, grad } of trainables) {
      // The slope along the gradient itself is the gradient's length.
      const along = grad.map((g) => g - 0.25);
      const norm = Math.sqrt(along.reduce((sum, g) => sum + g * g, 0));
      const start = value.slice();
      const at = async (step: number) => {
        for (let i = 0; i < value.length; i++) value[i] = start[i]! + (step * along[i]!) / norm;
        return lossNow();
      };
      const slope = ((await at(0.01)) - (await at(-0.01))) / 0.02;
      value.set(start);
      expect(norm, name).toBeGreaterThan(0);
      expect(Math.abs(slope / norm - 1), name).toBeLessThan(0.02);
    }
    await programs.dispose();
  },
);
