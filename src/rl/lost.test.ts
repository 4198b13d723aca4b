/** A training whose engine loses the policy goes back to its newest checkpoint by itself. */
import { expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { readJsonlAll } from '../core/jsonl.js';
import { PolicyLostError, type Policy } from '../engine/index.js';
import { trainRl } from './loop.js';
import { toyEngine, toyFiles, toyRun, toySettings, toyTask } from './testing/toy-task.js';

const settings = { ...toySettings, steps: 7, checkpointEverySteps: 3 };
const lost = () => new PolicyLostError({ message: 'the server has lost a policy', cause: undefined });

/** A policy is lost at the calls for which `isLost` holds, before their work or behind it; from then on all calls of it fail. */
function losing(isLost: () => boolean, after: () => boolean) {
  return toyEngine((policy) => {
    let gone = false;
    for (const name of ['sample', 'logprobs', 'forwardBackward', 'optimStep', 'checkpoint'] as const) {
      const call = policy[name].bind(policy) as (...args: unknown[]) => Promise<unknown>;
      const spoiled = async (...args: unknown[]) => {
        const losesIt = !gone && isLost();
        const isAfter = losesIt && after();
        if (isAfter) await call(...args);
        gone ||= losesIt;
        if (gone) throw lost();
        return call(...args);
      };
      Object.assign(policy, { [name]: spoiled });
    }
  });
}

it('and ends with the bytes of one that was never lost, wherever it was lost', async () => {
  const whole = await toyRun();
  await trainRl(toyTask(whole, { settings }));
  const expected = await toyFiles(whole);
  await whole.remove();
  const rng = Rng.fromSeed('losses');
  let [losses, left] = [0, 5];
  const isLost = () => {
    if (--left > 0) return false;
    left = 9 + rng.int(20);
    return ++losses > 0;
  };
  for (let trial = 0; trial < 4; trial++) {
    const toy = await toyRun();
    await trainRl(toyTask(toy, { settings, engine: losing(isLost, () => rng.next() < 0.5) }));
    expect(await toyFiles(toy)).toEqual(expected);
    await toy.remove();
  }
  expect(losses).toBeGreaterThan(3);
});

it('and says so', async () => {
  const toy = await toyRun();
  let calls = 0;
  const seen: number[] = [];
  const afterStep = async (step: number, _policy: Policy) => void seen.push(step);
  await trainRl(
    toyTask(toy, {
      settings,
      afterStep,
      engine: losing(
        () => ++calls === 17,
        () => false,
      ),
    }),
  );
  const warnings = (await readJsonlAll<{ kind: string; code: string }>(toy.run.paths.events)).filter(
    ({ code }) => code === 'policy-lost',
  );
  expect(warnings).toMatchObject([{ where: 'toy', text: expect.stringMatching(/lost a policy.*goes back/) as string }]);
  expect(seen.filter((step) => step === 3)).toHaveLength(2);
  await toy.remove();
});

it('but not for ever: where it gets no further it ends with the reason', async () => {
  const toy = await toyRun();
  let steps = 0;
  const engine = toyEngine((policy) => {
    const step = policy.optimStep.bind(policy);
    policy.optimStep = async (options) => {
      steps++;
      const result = await step(options);
      if (result.policyVersion === 5) throw lost();
      return result;
    };
  });
  await expect(trainRl(toyTask(toy, { settings, engine }))).rejects.toMatchObject({
    name: 'PolicyLostError',
    code: 'engine',
    message: 'the server has lost a policy; it was lost 4 times behind step 4',
  });
  expect(steps).toBe(5 + 3 * 2); // each time from the checkpoint of step 3
  await toy.remove();
});
