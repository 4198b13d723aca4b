import { describe, expect, it } from 'vitest';
import { configWarnings, resolveConfig } from './resolve.js';

const warnings = (...set: string[]) => configWarnings({ set }, resolveConfig({ set }));
const files = 'data.problems.path=p.jsonl';

describe('keys that are set and have no effect', () => {
  it.each([
    [
      ['data.world.seed=7', files],
      'data.world.seed (--set data.world.seed=7) has no effect: the data comes from files',
    ],
    [['data.testShare=0.3', files, 'data.tests.path=t.jsonl'], 'data.tests.path names the test problems'],
    [['data.testShare=0.3'], 'the data is the embedded world'],
    [['data.corpus.preset=math', files], 'data.corpus.path names no file'],
    [['math.decimals=3', 'reward=boxed'], 'reward is boxed'],
    [['llm.model=m'], 'labels.judge is utility'],
    [['labels.llm.votes=3', 'labels.llm.temperature=0.7'], 'labels.judge is utility'],
    [['labels.minGain=1', 'labels.judge=truth'], 'labels.judge is truth'],
    [['labels.samples=3'], 'labels.measure is solution'],
    [['labels.selection.share=0.2'], 'labels.selection.pairs is all'],
    [['warmup.batchSize=3'], 'warmup.steps is 0'],
    [['rl.kl.estimator=k2'], 'rl.kl.coefficient is 0'],
    [['rl.lora.alpha=64'], 'rl.lora.rank is 0'],
    [['recipes.dapo.clipHigh=0.3'], 'no arm has the recipe dapo'],
    [['retriever.heads=2'], 'retriever.transformerLayers is 0'],
  ])('%s', (set, text) => {
    expect(warnings(...set).join('\n')).toContain(text);
  });

  it.each([
    [['math.decimals=3']],
    [['data.testShare=0.3', files]],
    [['llm.model=m', 'labels.judge=llm', 'labels.llm.votes=3', 'labels.llm.temperature=0.7']],
    [['llm.model=m', 'corpus.traces=summary']],
    [['recipes.dapo.clipHigh=0.3', 'rl.recipe=dapo']],
    [['warmup.steps=5', 'warmup.batchSize=3']],
    [['labels.measure=success', 'labels.samples=3']],
    [['recipes.dapo.clipHigh=0.28']],
  ])('%s has its effect, or changes nothing', (set) => {
    expect(warnings(...set)).toEqual([]);
  });

  it("says nothing of a preset's keys", () => {
    const options = { preset: 'demo', set: [files] };
    expect(configWarnings(options, resolveConfig(options))).toEqual([]);
  });
});
