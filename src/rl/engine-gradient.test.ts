/** Every objective through the local engine: the gradient of its weights against finite differences of the loss. */
import { afterAll, describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { ModelState } from '../engine/local/model-state.js';
import { Programs } from '../engine/local/programs.js';
import { accumulateGradients, scoreGroups } from '../engine/local/trainer.js';
import { fullTraining } from '../engine/local/training.js';
import { raggedGroups } from '../engine/testing/helpers.js';
import { tinyConfig, tinyParams } from '../models/testing/tiny-model.js';
import {
  cispo,
  gspo,
  policyGradient,
  ppoClip,
  withEntropyBonus,
  withImportance,
  withKl,
  type Objective,
  type Sequence,
} from './objectives/index.js';

const config = tinyConfig('qwen3', { hidden: 6, headDim: 4, ffn: 6, vocab: 10, maxPosition: 24 });
const LIMITS = { bytes: 1e9, rows: 1e6 };
const programs = new Programs(1);
const training = fullTraining(config, tinyParams(config));
const { trainables } = training;
const state = new ModelState(config, training.params, { maxContext: 24, programs });
afterAll(() => programs.dispose());

const groups = raggedGroups(config.vocab, 'objectives');
const scored = groups.map(({ prompt, responses }) => ({ prompt, responses: responses.map((r) => r.tokens) }));

/** Sequences at the weights as they are; old, sampler and reference are fixed near the first weights' scores. */
async function sequences(first: readonly Float32Array[]): Promise<Sequence[]> {
  const now = (await scoreGroups(state, scored, LIMITS)).flat();
  const rng = Rng.fromSeed('sequences');
  return now.map((logprobs, i) => {
    const near = (spread: number) => first[i]!.map((p) => p + spread * rng.normal());
    return {
      advantage: rng.normal(),
      weights: new Float32Array(logprobs.length).fill(0.1),
      logprobs,
      oldLogprobs: near(0.3),
      samplerLogprobs: near(0.3),
      referenceLogprobs: near(0.5),
    };
  });
}

const ppo = ppoClip({ low: 0.2, high: 0.28 });
const cases: [string, Objective][] = [
  ['policy gradient', policyGradient()],
  ['PPO', ppo],
  ['PPO with dual clip', ppoClip({ low: 0.2, high: 0.2, dual: 1.3 })],
  ['GSPO', gspo({ low: 0.1, high: 0.1 })],
  ['KL k1', withKl(ppo, 'k1', 0.5)],
  ['KL k2', withKl(ppo, 'k2', 0.5)],
  ['KL k3', withKl(ppo, 'k3', 0.5)],
  ['truncated importance', withImportance(ppo, 1.1)],
];
/** Their slopes are held constant where the formula says so: the value with that gradient is sum c log p. */
const constantSlopes: [string, Objective][] = [
  ['CISPO', cispo({ maxRatio: 1.2 })],
  ['entropy bonus', withEntropyBonus(policyGradient(), 0.3)],
];

describe('the gradient of the weights', () => {
  it.each([...cases, ...constantSlopes])('of %s', async (name, objective) => {
    const first = (await scoreGroups(state, scored, LIMITS)).flat();
    const { slopes } = objective.slope(await sequences(first));
    const fixed = constantSlopes.some(([own]) => own === name);
    const lossNow = async () => {
      const batch = await sequences(first);
      if (!fixed) return objective.slope(batch).loss;
      return batch.reduce((sum, s, i) => sum + s.logprobs.reduce((n, p, t) => n + p * slopes[i]![t]!, 0), 0);
    };
    let next = 0;
    const trained = groups.map(({ prompt, responses }) => ({
      prompt,
      responses: responses.map(({ tokens }) => ({ tokens, slopes: slopes[next++]! })),
    }));
    for (const { grad } of trainables) grad.fill(0);
    await accumulateGradients(state, training, trained, LIMITS);
    const norm = Math.sqrt(trainables.reduce((sum, { grad }) => sum + grad.reduce((n, g) => n + g * g, 0), 0));
    expect(norm).toBeGreaterThan(1e-3);
    // The slope of the loss along the gradient is the gradient's length.
    const start = trainables.map(({ value }) => value.slice());
    const lossAt = async (step: number) => {
      for (const [i, { value, grad }] of trainables.entries()) {
        for (let j = 0; j < value.length; j++) value[j] = start[i]![j]! + (step * grad[j]!) / norm;
      }
      return lossNow();
    };
    const slope = ((await lossAt(2e-3)) - (await lossAt(-2e-3))) / 4e-3;
    for (const [i, { value }] of trainables.entries()) value.set(start[i]!);
    expect(Math.abs(slope / norm - 1), `${slope} along the gradient, whose length is ${norm}`).toBeLessThan(0.02);
  });
});
