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
    [['rl.kl={coefficient: 0.1, in: reward, estimator: k2}'], 'has no effect: rl.kl.in is reward, where it is k1'],
    [['rl.lora.alpha=8'], 'rl.lora.rank is 0'],
    [['arms=[{name: a, method: sft}]', 'rl.groupSize=4'], 'rl.groupSize (--set rl.groupSize=4) has no effect: no arm'],
    [['arms=[{name: a, method: sft}]', 'rl.generation.topK=4'], 'no arm samples while it trains'],
    [['arms=[{name: a, method: opsd}]', 'rl.comparedWithin=prompt'], 'no arm has the method rl'],
    [
      ['labels.generation.topK=4'],
      'labels.generation.topK (--set labels.generation.topK=4) has no effect: labels.measure',
    ],
    [
      ['generation.topK=9', 'rl.generation.topK=1', 'eval.generation.topK=2'],
      'generation.topK (--set generation.topK=9) has no effect: rl.generation.topK and eval.generation.topK say it',
    ],
    [
      ['eval.contextArms=[ra-rft]'],
      'eval.contextArms (--set eval.contextArms=[ra-rft]) has no effect: eval.contexts is 0',
    ],
    [['retrievers={base: {kind: encoder, trained: false, steps: 9}}'], 'retrievers.base.trained is false'],
    [['retrievers={base: {kind: encoder, mostAlike: 0.8}}'], 'retrievers.base.diversity is none'],
    [['retrievers={base: {kind: rerank, diversity: type, lambda: 0.8}}'], 'retrievers.base.diversity is type'],
    [
      ['retrievers={base: {kind: encoder, diversity: vectors, mostAlike: 0.8, lambda: 0.8}}'],
      'retrievers.base.lambda (--set retrievers={base: {kind: encoder, diversity: vectors, mostAlike: 0.8, lambda: 0.8}}) has no effect: retrievers.base.mostAlike is 0.8',
    ],
    [['retrievers={p: {kind: encoder, policy: {}, hidden: 8}}'], 'retrievers.p.policy takes the policy itself'],
    [
      ['retrievers={p: {kind: encoder, policy: {train: projection, rank: 4}}}'],
      'retrievers.p.policy.train is projection',
    ],
    [
      ['retrievers={p: {kind: encoder, frozenLayers: 1, policy: {train: lora}}}'],
      'retrievers.p.frozenLayers (--set retrievers={p: {kind: encoder, frozenLayers: 1, policy: {train: lora}}}) has no effect: retrievers.p.policy.train is lora',
    ],
    [
      ['retrievers={p: {kind: encoder, policy: {pooling: last}}}'],
      'has no effect: retrievers.p.head is late-interaction',
    ],
    [
      ['retrievers={bert: {kind: encoder, model: bert, layers: 2}}'],
      'retrievers.bert.layers (--set retrievers={bert: {kind: encoder, model: bert, layers: 2}}) has no effect: retrievers.bert.model names a folder',
    ],
    [['retrievers={base: {kind: encoder, frozenLayers: 2}}'], 'retrievers.base.model is null'],
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
    [['labels.measure=success', 'generation.topK=9', 'rl.generation.topK=1', 'eval.generation.topK=2']],
    [['rl.generation.topK=4', 'eval.generation={temperature: 0.6}', 'rl.lora={rank: 4, alpha: 8}']],
    [['arms=[{name: a, method: opsd}]', 'rl.generation.topK=4', 'rl.groupSize=4']],
    [['eval.contextArms=[ra-rft]', 'eval.contexts=3']],
    [['retrievers={base: {kind: encoder, steps: 9}}']],
    [['retrievers={base: {kind: encoder, diversity: vectors, mostAlike: 0.8}}']],
    [['retrievers={base: {kind: encoder, diversity: vectors, lambda: 0.8}}']],
    [['retrievers={p: {kind: encoder, head: single-vector, policy: {pooling: last, train: lora, rank: 4}}}']],
    [['retrievers={p: {kind: encoder, dim: 8, frozenLayers: 1, policy: {train: full}}}']],
    [['retrievers={bert: {kind: encoder, model: bert, dim: 8, frozenLayers: 2, trainEmbeddings: true}}']],
    [['recipes.dapo.clipHigh=0.28']],
  ])('%s has its effect, or changes nothing', (set) => {
    expect(warnings(...set)).toEqual([]);
  });

  it("says nothing of a preset's keys", () => {
    const options = { preset: 'demo', set: [files] };
    expect(configWarnings(options, resolveConfig(options))).toEqual([]);
  });
});
