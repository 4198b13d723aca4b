import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Rng } from '../core/rng.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { FakeEngine, FakePolicy } from '../engine/index.js';
import { RunFolder } from '../runs/run-folder.js';
import { checkpointSteps } from './checkpoints.js';
import { runTraining, type TrainingPlan } from './training.js';

const model = { vocabSize: 8, maxContext: 16, seed: 3, deviation: 0.2 };

it('a training of slow steps that is killed goes on from the step of its last five minutes', async () => {
  const root = await temporaryFolder();
  const initialPolicy = join(root, 'initial');
  await new FakePolicy(model).checkpoint(initialPolicy, { optimizer: false });
  const run = await RunFolder.open(join(root, 'run'), { values: {}, yaml: '{}\n' });
  onTestFinished(() => run.close());
  let nowMs = 0;
  const taken: number[] = [];
  const plan = (killAt?: number): TrainingPlan => ({
    arm: 'slow',
    run,
    engine: new FakeEngine(model),
    initialPolicy,
    steps: 9,
    checkpointEverySteps: 100,
    learningRateKey: 'rl.learningRate',
    keepCheckpoints: 9,
    rng: Rng.fromSeed(1),
    inputs: 'x',
    now: () => nowMs,
    takeStep: async ({ step, drawn }) => {
      if (step === killAt) throw new Error('killed');
      taken.push(step);
      nowMs += 100_000;
      return { metrics: { step, policyVersion: undefined, drawn }, drawn: 1, note: '' };
    },
  });
  await expect(runTraining(plan(8))).rejects.toThrow('killed');
  expect(await checkpointSteps(run.paths.policies('slow'))).toEqual([3, 6]);
  await runTraining(plan());
  expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7, 7, 8, 9]);
  expect(await checkpointSteps(run.paths.policies('slow'))).toEqual([9]);
});
