import { expect, it } from 'vitest';
import { raggedGroups } from '../testing/helpers.js';
import { tinyConfig, tinyParams } from '../testing/tiny-model.js';
import { ModelState } from './model-state.js';
import { Programs } from './programs.js';
import { accumulateGradients, scoreGroups } from './trainer.js';
import { fullTraining } from './training.js';

const SMALL = { hidden: 6, headDim: 4, ffn: 6, vocab: 10, maxPosition: 24 };
const BUDGET = { bytes: 1e9, rows: 1e6 };

it.each(['qwen3', 'qwen2', 'llama'] as const)('has the gradient of sum c log p: %s', async (architecture) => {
  const config = tinyConfig(architecture, SMALL);
  const programs = new Programs(1);
  const training = fullTraining(config, tinyParams(config));
  const { trainables } = training;
  const state = new ModelState(config, training.params, { maxContext: 24, programs });
  const groups = raggedGroups(config.vocab, 'finite differences');
  await accumulateGradients(state, training, groups, BUDGET);
  const scored = groups.map(({ prompt, responses }) => ({ prompt, responses: responses.map((r) => r.tokens) }));
  const lossNow = async () => {
    const scores = await scoreGroups(state, scored, BUDGET);
    let total = 0;
    for (const [n, { responses }] of groups.entries()) {
      for (const [g, r] of responses.entries()) {
        for (const [t, slope] of r.slopes.entries()) total += slope * scores[n]![g]![t]!;
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
