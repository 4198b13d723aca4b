import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakePolicy } from '../engine/index.js';
import { trainRl } from './loop.js';
import { toyPolicy, toyRun, toyTask, toyVocab, type ToyRun } from './testing/toy-task.js';

let toy: ToyRun;
beforeEach(async () => {
  toy = await toyRun();
});
afterEach(() => toy.remove());

const other = new FakePolicy({ vocabSize: toyVocab + 3, maxContext: 16, seed: 1 });
const refusal = {
  code: 'config',
  where: 'reference policy',
  message: expect.stringMatching(
    new RegExp(`has ${toyVocab + 3} tokens, but the policy .* has ${toyVocab}:`),
  ) as string,
};

it('a reference with another vocabulary is refused before the first step', async () => {
  let steps = 0;
  const afterStep = async () => void steps++;
  await expect(trainRl(toyTask(toy, { reference: other, afterStep }))).rejects.toMatchObject(refusal);
  expect(steps).toBe(0);
  await trainRl(toyTask(toy, { reference: toyPolicy(5) }));
});
