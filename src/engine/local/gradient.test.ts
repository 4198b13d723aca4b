import { expect, it } from 'vitest';
import { gradientError, lossOf } from '../testing/gradient.js';
import { raggedGroups } from '../testing/helpers.js';
import { tinyConfig, tinyParams } from '../../models/testing/tiny-model.js';
import { ModelState } from './model-state.js';
import { Programs } from './programs.js';
import { accumulateGradients } from './trainer.js';
import { fullTraining } from './training.js';

const SMALL = { hidden: 6, headDim: 4, ffn: 6, vocab: 10, maxPosition: 24 };
const BUDGET = { bytes: 1e9, rows: 1e6 };

it.each(['qwen3', 'qwen2', 'llama'] as const)('has the gradient of sum c log p: %s', async (architecture) => {
  const config = tinyConfig(architecture, SMALL);
  const programs = new Programs(1);
  const training = fullTraining(config, tinyParams(config));
  const state = new ModelState(config, training.params, { maxContext: 24, programs });
  const groups = raggedGroups(config.vocab, 'finite differences');
  await accumulateGradients(state, training, groups, BUDGET);
  for (const one of training.trainables) {
    const error = await gradientError(one, () => lossOf(state, groups, BUDGET), 2e-3);
    expect(error, one.name).toBeLessThan(5e-3);
  }
  await programs.dispose();
});
