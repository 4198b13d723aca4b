/** A whole run with its policies on a server: warm-up, labels, retriever, training, evaluation; and one that is gone on with. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { changedEngine } from '../engine/testing/changed-engine.js';
import { startModelServer, type ModelServer } from '../engine/tinker/testing/model-server.js';
import { openConfiguredEngine } from './engines.js';
import type { OpenEngine } from './session.js';
import { attempt } from './testing/tiny-run.js';
import { vocabulary, writeTinyTask } from './testing/tiny-task.js';

/** The configured engine; the policies that it opens end at so many updates. */
const killedAt =
  (update: number): OpenEngine =>
  (...settings) => {
    let updates = 0;
    return changedEngine(openConfiguredEngine(...settings), (policy) => {
      const step = policy.optimStep.bind(policy);
      policy.optimStep = async (options) => {
        if (updates++ === update) throw new Error('killed');
        return step(options);
      };
    });
  };

/** A request for work of a policy. How many there are is the same on every machine, unlike the questions for results. */
const isWork = ({ path }: { path: string }) =>
  /\/(asample|forward_backward|optim_step|save_weights_for_sampler)$/.test(path);

it('runs on a Tinker server, and goes on from its checkpoints to the same metrics', { timeout: 300_000 }, async () => {
  const folder = await temporaryFolder();
  const server = await startModelServer({ vocab: vocabulary.length });
  onTestFinished(() => server.close());
  const file = await writeTinyTask(folder, {
    engine: { kind: 'tinker', url: server.origin, model: '/models/tiny/bigram' },
    warmup: { steps: 2, batchSize: 4 },
    labels: { maxQueries: 10, maxCandidates: 6, topPositives: 2 },
    arms: [
      { name: 'grpo', train: 'none', test: 'none' },
      { name: 'ra-rft', train: 'learned', test: 'learned' },
    ],
  });
  const set = ['rl.lora.rank=8', 'rl.maxGradNorm=0', 'rl.learningRate=0.02', 'rl.steps=4', 'rl.checkpointEverySteps=2'];
  const options = { file, set, openEngine: openConfiguredEngine };
  const straight = join(folder, 'straight');
  await attempt(straight, options);
  const rows = await readJsonlAll<{ arm: string; step: number; policyVersion?: number }>(
    join(straight, 'metrics.jsonl'),
  );
  expect(rows.filter(({ arm }) => arm === 'ra-rft').map(({ step }) => step)).toEqual(
    expect.arrayContaining([1, 2, 3, 4]),
  );
  expect(server.models.size).toBe(0);
  expect(server.passes.length).toBeGreaterThan(6);
  const works = server.seen.filter(isWork).length;

  // Killed in the last step of the second arm, behind its checkpoint, and gone on with from the server's checkpoint, moments included.
  const resumed = join(folder, 'resumed');
  await expect(attempt(resumed, { ...options, openEngine: killedAt(7) })).rejects.toThrow('killed');
  const before = server.seen.length;
  await attempt(resumed, options);
  const loads = server.seen.slice(before).filter(({ path }) => path.endsWith('/load_weights'));
  expect(loads.some(({ body }) => body['optimizer'] === true)).toBe(true);
  const metrics = (root: string) => readFile(join(root, 'metrics.jsonl'), 'utf8');
  expect(await metrics(resumed)).toBe(await metrics(straight));

  // Gone on with by itself where the server starts anew in its midst, six times, wherever the run then asks for work: without a policy
  // there is nothing to lose.
  const forgetful: { server?: ModelServer } = {};
  const restarts = new Set([1, 2, 3, 4, 5, 6].map((k) => Math.round((k * works) / 7)));
  let asked = 0;
  forgetful.server = await startModelServer({
    vocab: vocabulary.length,
    script: (request) => void (isWork(request) && restarts.has(++asked) && forgetful.server!.restart()),
  });
  onTestFinished(() => forgetful.server!.close());
  const lost = join(folder, 'lost');
  const key = 'tml-very-secret-0123456789';
  vi.stubEnv('RA_RFT_TEST_KEY', key);
  onTestFinished(() => void vi.unstubAllEnvs());
  const there = [`engine.url=${forgetful.server.origin}`, 'engine.apiKeyEnv=RA_RFT_TEST_KEY'];
  await attempt(lost, { ...options, set: [...set, ...there] });
  expect(await metrics(lost)).toBe(await metrics(straight));
  expect([restarts.size, asked > works]).toEqual([6, true]);
  const events = await readJsonlAll<{ code?: string }>(join(lost, 'events.jsonl'));
  expect(events.filter(({ code }) => code === 'engine' || code === 'policy-lost').length).toBeGreaterThanOrEqual(6);

  // The key was in every request, and is in no file.
  expect(forgetful.server.seen.every(({ headers }) => headers['x-api-key'] === key)).toBe(true);
  const names = await readdir(lost, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  expect(files.length).toBeGreaterThan(10);
  for (const path of files) expect((await readFile(path)).includes(key), path).toBe(false);
});
