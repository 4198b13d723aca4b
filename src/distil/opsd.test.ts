import { expect, it } from 'vitest';
import { showing } from '../data/context.js';
import { FakePolicy } from '../engine/index.js';
import { toyRun, toyTask, toyTrace, toyVocab } from '../rl/testing/toy-task.js';
import { trainOpsd } from './opsd.js';

it('a teacher with another vocabulary is refused before the first step', async () => {
  const toy = await toyRun();
  const { recipe: _recipe, contexts: _contexts, ...task } = toyTask(toy);
  const teacher = new FakePolicy({ vocabSize: toyVocab + 3, maxContext: 16, seed: 1 });
  let steps = 0;
  const training = trainOpsd({
    ...task,
    teacher,
    opsd: { divergence: 'sampled', beta: 0.5, topK: 0, clip: 0, maxGap: 0 },
    privileged: () => showing(toyTrace(1)),
    afterStep: async () => void steps++,
  });
  await expect(training).rejects.toMatchObject({
    code: 'config',
    where: 'teacher',
    message: expect.stringContaining(`has ${toyVocab + 3} tokens, but the policy`) as string,
  });
  expect(steps).toBe(0);
  await toy.remove();
});
