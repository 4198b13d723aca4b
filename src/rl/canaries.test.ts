import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PolicyEngine, SampleResult } from '../engine/types.js';
import { trainRl } from './loop.js';
import type { Verifier } from '../verify/types.js';
import { toyEngine, toyPolicy, toyRun, toySettings, toyTask, toyVerifier, type ToyRun } from './testing/toy-task.js';

let toy: ToyRun;
beforeEach(async () => {
  toy = await toyRun();
});
afterEach(() => toy.remove());

const text = (value: string) => expect.stringContaining(value) as string;

describe('a sampler that is not the policy that is trained', () => {
  it('by its version', async () => {
    const engine = toyEngine((policy) => {
      const sample = policy.sample.bind(policy);
      policy.sample = async (...args): Promise<SampleResult> => ({ ...(await sample(...args)), policyVersion: 0 });
    });
    await expect(trainRl(toyTask(toy, { engine }))).rejects.toMatchObject({
      code: 'engine',
      message: text('was sampled by policy version 0, the trainer is at 1'),
    });
  });

  it('by its log-probabilities, whatever version it claims: stale weights', async () => {
    const fresh = toyEngine();
    const engine: PolicyEngine = {
      ...fresh,
      open: async (ref, options) => {
        const policy = await fresh.open(ref, options);
        const stale = await fresh.open(ref);
        const sample = policy.sample.bind(policy);
        policy.sample = async (...args): Promise<SampleResult> => {
          const { policyVersion } = await sample(...args);
          return { ...(await stale.sample(...args)), policyVersion };
        };
        return policy;
      },
    };
    await expect(trainRl(toyTask(toy, { engine }))).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringMatching(/at step \d+ log p by sampler and trainer differ by 0\.\d+ nats/) as string,
      where: text('rl.maxLogprobGap'),
    });
    const settings = { ...toySettings, maxLogprobGap: 100 };
    await toy.again();
    await trainRl(toyTask(toy, { arm: 'bound', engine, settings }));
  });

  it('by its log-probabilities, where it gets nothing right and no update is made: weights of another model', async () => {
    const other = toyPolicy(5);
    const engine = toyEngine((policy) => {
      policy.sample = (requests, options) => other.sample(requests, options);
    });
    const verifier: Verifier = {
      ...toyVerifier(),
      verifyMany: async (pairs) => pairs.map(() => ({ outcome: 'mismatch', rule: 'wrong' })),
    };
    await expect(trainRl(toyTask(toy, { engine, verifier }))).rejects.toMatchObject({
      code: 'engine',
      message: text('at step 1 log p by sampler and trainer differ by'),
    });
  });

  it('because no update reaches it', async () => {
    const engine = toyEngine((policy) => {
      const step = policy.optimStep.bind(policy);
      policy.optimStep = async (options) => {
        const { gradNorm, policyVersion } = await step({ ...options, learningRate: 0 });
        return { gradNorm, policyVersion };
      };
    });
    await expect(trainRl(toyTask(toy, { engine }))).rejects.toMatchObject({
      code: 'engine',
      message: text('changed no log-probability'),
    });
  });

  it('because a log-probability is missing, which is an error and never 0', async () => {
    const engine = toyEngine((policy) => {
      const sample = policy.sample.bind(policy);
      policy.sample = async (...args): Promise<SampleResult> => {
        const result = await sample(...args);
        const [first] = result.samples_NG[0]!;
        first!.policyLogprobs = first!.policyLogprobs!.subarray(1);
        return result;
      };
    });
    await expect(trainRl(toyTask(toy, { engine }))).rejects.toMatchObject({ code: 'engine' });
  });
});
