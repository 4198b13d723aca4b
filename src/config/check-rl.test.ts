import { describe, expect, it } from 'vitest';
import { resolveConfig } from './resolve.js';

const refused = (...set: string[]) => {
  try {
    resolveConfig({ set });
  } catch (error) {
    return error as { message: string; where: string; code: string };
  }
  return undefined;
};

describe('keys of reinforcement learning that do not fit together', () => {
  it.each([
    [['rl.groupSize=1'], 'rl.groupSize is 1, but the recipe grpo compares'],
    [['rl.groupSize=1', 'rl.recipe=reinforce-pp', 'recipes.reinforce-pp.baseline=mean'], 'the recipe reinforce-pp'],
    [['rl.recipe=rloo', 'rl.epochs=2'], 'rl.epochs x rl.minibatches is 2'],
    [['rl.recipe=rloo', 'rl.minibatches=4'], 'rl.epochs x rl.minibatches is 4'],
    [
      ['rl.recipe=dapo', 'recipes.dapo.softTokens=999'],
      'recipes.dapo.softTokens is 999, but generation.maxTokens is 256',
    ],
    [['rl.minibatches=17'], 'rl.minibatches is 17, but an update has 16 problems at most'],
    [
      ['rl.generation.temperature=0.7', 'rl.importanceCap=0'],
      'rl.generation.temperature is 0.7 and rl.importanceCap is 0',
    ],
    [['generation.topP=0.9', 'rl.importanceCap=0'], 'generation.topP is 0.9'],
    [['rl.lora.targets=[lm_head]'], 'rl.lora.targets[0] is "lm_head"'],
    [['rl.lora.targets=[]'], 'rl.lora.targets is []'],
    [['recipes.grpo.maxRatio=3'], 'unknown key recipes.grpo.maxRatio'],
    [['rl.clipHigh=0.3'], 'unknown key rl.clipHigh'],
  ])('%s', (set, message) => {
    expect(refused(...set)).toMatchObject({ code: 'config', message: expect.stringContaining(message) as string });
  });

  it.each([
    [['rl.groupSize=1', 'rl.recipe=reinforce-pp']],
    [['rl.generation.temperature=0.7']],
    [['rl.recipe=dapo', 'recipes.dapo.softTokens=50']],
  ])('%s is fine', (set) => expect(refused(...set)).toBeUndefined());

  it('says where a key of an earlier version has gone', () => {
    const moved = { 'rl.advantage': 'recipes.grpo.advantage', 'rl.updatesPerBatch': 'rl.epochs' };
    for (const [old, now] of Object.entries(moved)) {
      expect(refused(`${old}=1`)).toMatchObject({ hint: `Did you mean ${now}?` });
    }
  });
});
