import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentTask } from '../core/progress.js';
import { readJsonlAll } from '../core/jsonl.js';
import type { PolicyEngine } from '../engine/types.js';
import type { Verifier } from '../verify/types.js';
import { checkpointSteps } from '../train/checkpoints.js';
import { trainRl } from './loop.js';
import type { StepMetrics } from './metrics.js';
import { toyEngine, toyRun, toySettings, toyTask, toyVerifier, type ToyRun } from './testing/toy-task.js';

let toy: ToyRun;
beforeEach(async () => {
  toy = await toyRun();
});
afterEach(() => toy.remove());

/** Steps with a row in metrics.jsonl. */
const steps = async () =>
  existsSync(toy.run.paths.metrics) ? (await readJsonlAll<StepMetrics>(toy.run.paths.metrics)).map((m) => m.step) : [];
const text = (value: string) => expect.stringContaining(value) as string;

/** An engine whose policies diverge in the update that would make version `version`. */
function diverging(version: number): PolicyEngine {
  return toyEngine((policy) => {
    const step = policy.optimStep.bind(policy);
    policy.optimStep = async (options) => {
      const { policyVersion } = await policy.sample([], { maxTokens: 1, temperature: 1, stopTokens: [] });
      return step(policyVersion + 1 === version ? { ...options, learningRate: 1e30 } : options);
    };
  });
}

describe('a training that diverges', () => {
  it('stops with step, tensor and the way back; its checkpoints are whole and a new training starts from one', async () => {
    const place = { code: 'not-finite', where: text('toy, step 8: tensor ') };
    const hint = text('lower rl.learningRate; the checkpoint of step 5 is whole');
    await expect(trainRl(toyTask(toy, { engine: diverging(8) }))).rejects.toMatchObject({ ...place, hint });
    const policies = toy.run.paths.policies('toy');
    expect(await checkpointSteps(policies)).toEqual([5]);
    expect(await steps()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const saved = await readFile(join(policies, 'step-000005', 'fake.json'), 'utf8');
    expect(saved).not.toContain('null');

    // The same run again: it goes on from the checkpoint and meets the same.
    await toy.again();
    await expect(trainRl(toyTask(toy, { engine: diverging(8) }))).rejects.toMatchObject(place);
    expect(await readFile(join(policies, 'step-000005', 'fake.json'), 'utf8')).toBe(saved);

    // What the hint says: from the checkpoint, with a lower learning rate.
    const settings = { ...toySettings, learningRate: 0.01 };
    const initialPolicy = join(policies, 'step-000005');
    await trainRl(toyTask(toy, { arm: 'again', settings, initialPolicy, inputs: 'again' }));
    expect(await checkpointSteps(toy.run.paths.policies('again'))).toEqual([12]);
  });

  it('says what to do where there is no checkpoint yet', async () => {
    const settings = { ...toySettings, learningRate: 1e30 };
    await expect(trainRl(toyTask(toy, { settings }))).rejects.toMatchObject({
      code: 'not-finite',
      where: text('toy, step 1: tensor '),
      hint: text('Start a run under another --name with a lower rl.learningRate.'),
    });
    expect(await checkpointSteps(toy.run.paths.policies('toy'))).toEqual([]);
  });
});

describe('an engine whose numbers are none', () => {
  it('is refused at sampling, also where log-probabilities are left out', async () => {
    const sampling = (bad: (logprobs: Float32Array) => Float32Array) =>
      toyEngine((policy) => {
        const sample = policy.sample.bind(policy);
        policy.sample = async (...args) => {
          const result = await sample(...args);
          const first = result.samples_NG[1]![0]!;
          first.logprobs = bad(first.logprobs!);
          return result;
        };
      });
    const where = text('group 1, response 0');
    await expect(trainRl(toyTask(toy, { engine: sampling((p) => p.fill(NaN)) }))).rejects.toMatchObject({
      code: 'not-finite',
      where,
    });
    await expect(trainRl(toyTask(toy, { engine: sampling(() => new Float32Array(0)) }))).rejects.toMatchObject({
      code: 'engine',
      where,
    });
    expect(await steps()).toEqual([]);
  });

  it('is refused at training: loss, log-probabilities, gradient', async () => {
    const losses = toyEngine((policy) => {
      const train = policy.forwardBackward.bind(policy);
      policy.forwardBackward = async (...args) => ({ ...(await train(...args)), loss: NaN });
    });
    const norms = toyEngine((policy) => {
      policy.optimStep = async () => ({ gradNorm: NaN, policyVersion: 1 });
    });
    const missing = toyEngine((policy) => {
      const train = policy.forwardBackward.bind(policy);
      policy.forwardBackward = async (...args) => ({ ...(await train(...args)), logprobs_NGT: [] });
    });
    for (const [engine, code] of [
      [losses, 'not-finite'],
      [norms, 'not-finite'],
      [missing, 'engine'],
    ] as const) {
      await expect(trainRl(toyTask(toy, { engine }))).rejects.toMatchObject({ code });
    }
    expect(await steps()).toEqual([]);
  });
});

describe('a reward that fails', () => {
  const notes = () => {
    const lines: string[] = [];
    const task = { ...silentTask, update: (_done: number, note?: string) => lines.push(note ?? '') };
    return { lines, progress: { task: () => task, line: (line: string) => lines.push(line) } };
  };

  it('every time stops the training, with counts and the first reason, and leaves no row', async () => {
    const verifier = toyVerifier(() => true);
    await expect(trainRl(toyTask(toy, { verifier }))).rejects.toMatchObject({
      code: 'verifier',
      message: 'none of 36 responses got a reward (error 36); the first: asked to fail',
      where: 'toy, step 1: reward toy',
    });
    expect(await steps()).toEqual([]);
  });

  it('now and then is counted in the progress and warned of once', async () => {
    const { lines, progress } = notes();
    const verifier = toyVerifier((_id, response) => response.startsWith('w'));
    await trainRl(toyTask(toy, { verifier, progress }));
    expect(lines.some((line) => /^reward \d\.\d\d, \d+ without one, mixed \d\/6$/.test(line))).toBe(true);
    const warnings = lines.filter((line) => line.startsWith('warning'));
    expect(warnings).toEqual([expect.stringMatching(/toy: \d+ of 36 responses of step 1 got no reward \(error \d+\)/)]);
  });

  it('with a number that is none is a failure, not a reward', async () => {
    const verifier: Verifier = {
      ...toyVerifier(),
      verifyMany: async (pairs) => pairs.map(() => ({ outcome: 'partial', rule: 'nan', reward: NaN })),
    };
    await expect(trainRl(toyTask(toy, { verifier }))).rejects.toMatchObject({
      code: 'verifier',
      message: text('the reward NaN is not between 0 and 1'),
    });
  });
});
