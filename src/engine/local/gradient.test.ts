import { expect, it } from 'vitest';
import { raggedGroups } from '../testing/helpers.js';
import { tinyConfig, tinyParams } from '../testing/tiny-model.js';
import { tokenLoss } from '../loss.js';
import type { LossSpec } from '../types.js';
import { ModelState } from './model-state.js';
import { Programs } from './programs.js';
import { accumulateGradients, scoreGroups } from './trainer.js';
import { fullTraining } from './training.js';

const SMALL = { hidden: 6, headDim: 4, ffn: 6, vocab: 10, maxPosition: 24 };
const BUDGET = { bytes: 1e9, rows: 1e6 };

const cases = [
  { architecture: 'qwen3', loss: { kind: 'cross_entropy' } },
  { architecture: 'qwen2', loss: { kind: 'policy_gradient', ratio: false, clipLow: 0, clipHigh: 0 } },
  { architecture: 'llama', loss: { kind: 'policy_gradient', ratio: true, clipLow: 0.2, clipHigh: 0.3 } },
] as const satisfies { architecture: string; loss: LossSpec }[];

it.each(cases)('has the gradient of its loss: $architecture, $loss', async ({ architecture, loss }) => {
  const config = tinyConfig(architecture, SMALL);
  const programs = new Programs(1);
  const training = fullTraining(config, tinyParams(config));
  const { trainables } = training;
  const state = new ModelState(config, training.params, { maxContext: 24, programs });
  const groups = raggedGroups(config.vocab, 'finite differences');
  await accumulateGradients(state, training, groups, loss, BUDGET);
  const scored = groups.map(({ prompt, responses }) => ({ prompt, responses: responses.map((r) => r.tokens) }));
  const lossNow = async () => {
    const scores = await scoreGroups(state, scored, BUDGET);
    let total = 0;
    for (const [n, { responses }] of groups.entries()) {
      for (const [g, r] of responses.entries()) {
        for (const [t, weight] of r.weights.entries()) {
          const scalars = { weight, advantage: r.advantages![t], samplerLogprob: r.samplerLogprobs![t] };
          total += tokenLoss(loss, scores[n]![g]![t]!, scalars).loss;
        }
      }
    }
    return total;
  };
  for (const { name, value, grad } of trainables) {
    let error = 0;
    let size = 0;
    for (let i = 0; i < value.length; i++) {
      const own = value[i]!;
      const step = 2e-3;
      value[i] = own + step;
      const above = await lossNow();
      value[i] = own - step;
      const below = await lossNow();
      value[i] = own;
      const numeric = (above - below) / (2 * step);
      error += (numeric - grad[i]!) ** 2;
      size += numeric ** 2;
    }
    expect(Math.sqrt(error / size), name).toBeLessThan(5e-3);
  }
  await programs.dispose();
});
