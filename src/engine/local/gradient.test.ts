import { expect, it } from 'vitest';
import type { Architecture } from '../../models/hf-config.js';
import { gradientError, lossOf } from '../testing/gradient.js';
import { raggedGroups, withAlternatives } from '../testing/helpers.js';
import { tinyConfig, tinyParams } from '../../models/testing/tiny-model.js';
import type { TrainGroup } from '../types.js';
import { ModelState } from './model-state.js';
import { Programs } from './programs.js';
import { accumulateGradients } from './trainer.js';
import { fullTraining } from './training.js';

const SMALL = { hidden: 6, headDim: 4, ffn: 6, vocab: 10, maxPosition: 24 };
const BUDGET = { bytes: 1e9, rows: 1e6 };

const plain = (vocab: number) => raggedGroups(vocab, 'finite differences');

it.each([
  ['qwen3', 'sampled tokens', plain],
  ['qwen2', 'sampled tokens', plain],
  ['llama', 'sampled tokens', plain],
  ['qwen3', 'alternatives by id', (vocab) => withAlternatives(vocab, 4)],
  ['llama', 'the whole vocabulary', (vocab) => withAlternatives(vocab, 'all')],
] satisfies [Architecture, string, (vocab: number) => TrainGroup[]][])(
  'has the gradient of sum c log p: %s, %s',
  async (architecture, _of, groupsOf) => {
    const config = tinyConfig(architecture, SMALL);
    const programs = new Programs(1);
    const training = fullTraining(config, tinyParams(config));
    const state = new ModelState(config, training.params, { maxContext: 24, programs });
    const groups = groupsOf(config.vocab);
    const { loss } = await accumulateGradients(state, training, groups, BUDGET);
    expect(loss).toBeCloseTo(await lossOf(state, groups, BUDGET), 4);
    for (const one of training.trainables) {
      const error = await gradientError(one, () => lossOf(state, groups, BUDGET), 2e-3);
      expect(error, one.name).toBeLessThan(5e-3);
    }
    await programs.dispose();
  },
);
