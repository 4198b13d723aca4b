/** Rollouts and canaries over a Tinker server: what was sampled can be sampled again, and a sampler with other weights is found. */
import { expect, it } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { folderRef, policyRefOf, type PolicyEngine } from '../engine/index.js';
import { served } from '../engine/tinker/testing/served.js';
import type { Script } from '../tinker/testing/fake-server.js';
import { checkpointPath } from '../train/checkpoints.js';
import type { Verifier } from '../verify/types.js';
import { trainRl, type RlTask } from './loop.js';
import type { GroupRecord } from './records.js';
import { replay } from './sample/replay.js';
import { toyCodec, toyRun, toySettings, toyTask, type ToyRun } from './testing/toy-task.js';

const settings = { ...toySettings, steps: 4, checkpointEverySteps: 1, maxGradNorm: 0 };
const train = { rank: 8, alpha: 32, targets: 'all-linear', rsLora: false } as const;
/** Half of all responses are right: there is always something to learn. */
const verifier: Verifier = {
  name: 'parity',
  verifyMany: async (pairs) =>
    pairs.map(({ response }) => ({ outcome: response.length % 2 ? 'match' : 'mismatch', rule: 'parity' })),
  dispose: async () => {},
};
const taskOn = (toy: ToyRun, engine: PolicyEngine, folder: string): RlTask =>
  toyTask(toy, { engine, settings, verifier, initialPolicy: folder, training: { train } });

it('a rollout of a file is the one of the server: sampled again it is the same', async () => {
  const toy = await toyRun();
  const { engine, folder } = await served();
  const afterStep = async (step: number) => {
    if (step === 3) throw new Error('killed');
  };
  await expect(trainRl({ ...taskOn(toy, engine, folder), afterStep })).rejects.toThrow('killed');
  const policy = await engine.open(await policyRefOf(checkpointPath(toy.run.paths.policies('toy'), 2)));
  const records = await readJsonlAll<GroupRecord>(toy.run.paths.rollouts('toy', 3));
  const { maxTokens, temperature } = settings;
  const options = { maxTokens, temperature, stopTokens: toyCodec.stopTokens };
  expect(records.length).toBeGreaterThan(3);
  for (const record of records)
    for (const { differsAt, logprobGap } of await replay(policy, record, options)) {
      expect(differsAt).toBeUndefined();
      expect(logprobGap).toBeLessThan(1e-4);
    }
  await toy.remove();
});

it('a server that samples from other weights than it trains is found, whatever it says of them', async () => {
  const toy = await toyRun();
  const others: { sampler?: unknown } = {};
  let saves = 0;
  const script: Script = ({ headers }) =>
    headers['x-tinker-request-type'] === 'SaveWeightsForSampler' && saves++ > 0
      ? { json: { path: null, sampling_session_id: others.sampler } }
      : undefined;
  const { server, engine, folder } = await served({ script });
  const base = await engine.open(folderRef(folder));
  await base.sample([{ prompt: Int32Array.of(1), n: 1, seed: 1 }], { maxTokens: 1, temperature: 1, stopTokens: [] });
  others.sampler = server.seen.findLast(({ path }) => path.endsWith('/asample'))?.body['sampling_session_id'];
  await expect(trainRl(taskOn(toy, engine, folder))).rejects.toMatchObject({
    code: 'engine',
    message: expect.stringMatching(/at step 2 log p by sampler and trainer differ/) as string,
  });
  await toy.remove();
});
