import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../config/index.js';
import { hashFile } from '../core/hash-file.js';
import { readJsonlAll } from '../core/jsonl.js';
import { RunFolder } from '../runs/run-folder.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { warningsAmong } from '../runs/warnings.js';
import { overwriteWeight } from '../models/testing/damage.js';
import { changedEngine } from '../engine/testing/changed-engine.js';
import { openLocalEngine } from './engines.js';
import { planRun } from './plan.js';
import { runPipeline, type LastStage } from './pipeline.js';
import type { OpenEngine } from './session.js';
import { openFakeEngine, writeTinyTask } from './testing/tiny-task.js';

interface Tiny {
  set?: string[];
  changes?: Record<string, unknown>;
  name?: string;
  until?: LastStage;
  openEngine?: OpenEngine;
}

async function runTiny(folder: string, { set = [], changes, name = 'run', until, openEngine }: Tiny = {}) {
  const config = resolveConfig({ file: await writeTinyTask(folder, changes), set });
  const run = await RunFolder.open(join(folder, name), { values: config, yaml: configToYaml(config) });
  try {
    const options = { openEngine: openEngine ?? openLocalEngine, ...(until && { until }) };
    return await runPipeline(config, run, options);
  } finally {
    await run.close();
  }
}
const grpoOnly = { arms: [{ name: 'grpo', train: 'none', test: 'none' }] };
const text = (value: string) => expect.stringContaining(value) as string;

/** The real local engine; the update after `version` others is made with a learning rate of 1e30. */
const diverging =
  (version: number): OpenEngine =>
  (...settings) =>
    changedEngine(openLocalEngine(...settings), (policy) => {
      const step = policy.optimStep.bind(policy);
      let updates = 0;
      policy.optimStep = (options) => step(updates++ === version ? { ...options, learningRate: 1e30 } : options);
    });

/** Rewards that differ within most groups, so that most steps make an update. */
const anyReward = { reward: './any.mjs', ...grpoOnly };
const writeAnyReward = (folder: string) =>
  writeFile(join(folder, 'any.mjs'), 'export default (problem, response) => Number(response.length % 2 === 0);\n');

describe('a run that diverges on the local engine', () => {
  it(
    'stops at the update with stage, arm, step and tensor, before anything is saved',
    { timeout: 60_000 },
    async () => {
      const folder = await temporaryFolder();
      await writeAnyReward(folder);
      const diverged = runTiny(folder, { changes: anyReward, set: ['rl.learningRate=1e30', 'rl.warmupSteps=0'] });
      await expect(diverged).rejects.toMatchObject({
        code: 'not-finite',
        where: expect.stringMatching(/^stage train-grpo: grpo, step \d: tensor [a-z]/) as string,
        hint: text('lower rl.learningRate'),
      });
      expect(existsSync(join(folder, 'run', 'policy', 'grpo'))).toBe(false);
    },
  );

  it(
    'leaves the last checkpoint whole; the run meets it again, and another goes on from it',
    { timeout: 120_000 },
    async () => {
      const folder = await temporaryFolder();
      await writeAnyReward(folder);
      const changes = { ...anyReward };
      // Checkpoints at steps 2 and 4; the third update runs away.
      const set = ['rl.steps=6'];
      const lost = { code: 'not-finite', where: text('stage train-grpo: grpo, step ') };
      await expect(runTiny(folder, { changes, set, openEngine: diverging(3) })).rejects.toMatchObject(lost);
      const policies = join(folder, 'run', 'policy', 'grpo');
      const [checkpoint] = await readdir(policies);
      expect(checkpoint).toMatch(/^step-00000[24]$/);
      const weights = join(policies, checkpoint!, 'model.safetensors');
      const saved = await hashFile(weights);
      await expect(runTiny(folder, { changes, set, openEngine: diverging(0) })).rejects.toMatchObject(lost);
      expect(await hashFile(weights)).toBe(saved);

      const again = { ...changes, model: { path: join(policies, checkpoint!) } };
      const summary = await runTiny(folder, { changes: again, set: ['rl.learningRate=1e-4'], name: 'again' });
      expect(summary?.arms[0]).toMatchObject({ name: 'grpo', split: 'test' });
    },
  );

  it('stops the warm-up and the training of the retriever with their steps', { timeout: 60_000 }, async () => {
    const folder = await temporaryFolder();
    const warmup = { warmup: { steps: 3, batchSize: 4, learningRate: 1 } };
    const openEngine = diverging(1);
    await expect(runTiny(folder, { changes: warmup, until: 'labels', openEngine })).rejects.toMatchObject({
      code: 'not-finite',
      where: text('stage warmup: warmup, step 2: tensor '),
      hint: text('lower warmup.learningRate'),
    });
    const set = ['retriever.learningRate=1', 'labels.judge=truth'];
    const config = resolveConfig({ file: await writeTinyTask(folder, {}), set });
    const rate = { ...config, retriever: { ...config.retriever, learningRate: 1e30 } };
    const run = await RunFolder.open(join(folder, 'retriever-run'), { values: rate, yaml: configToYaml(rate) });
    await expect(runPipeline(rate, run, { until: 'retriever' })).rejects.toMatchObject({
      code: 'not-finite',
      where: expect.stringMatching(/^stage retriever-learned: retriever training, step \d+: tensor /) as string,
      hint: text('retriever.learningRate'),
    });
    await run.close();
    expect(existsSync(join(folder, 'retriever-run', 'retriever', 'learned'))).toBe(false);
  });
});

describe('a model folder with one weight that is NaN', () => {
  it('is refused before anything is computed, in the plan too', async () => {
    const folder = await temporaryFolder();
    const file = await writeTinyTask(folder);
    await overwriteWeight(join(folder, 'model'), 'model.layers.0.mlp.up_proj.weight', NaN);
    const error = { code: 'not-finite', where: text('model.safetensors: model.layers.0.mlp.up_proj.weight') };
    const config = resolveConfig({ file });
    await expect(planRun(config, folder)).rejects.toMatchObject(error);
    const run = await RunFolder.open(join(folder, 'run'), { values: config, yaml: configToYaml(config) });
    await expect(runPipeline(config, run)).rejects.toMatchObject(error);
    await run.close();
    expect(existsSync(join(folder, 'run', 'data'))).toBe(false);
  });
});

describe('a reward module', () => {
  it.each([
    ['throws', `() => { throw new Error('boom'); }`, 'boom'],
    ['gives NaN', '() => NaN', 'the reward NaN is not between 0 and 1'],
    ['gives nothing', '() => {}', 'returned undefined'],
  ])('that %s every time stops the run with the reason', async (_what, body, reason) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'bad.mjs'), `export default ${body};\n`);
    const changes = { reward: './bad.mjs', ...grpoOnly };
    await expect(runTiny(folder, { changes, openEngine: openFakeEngine })).rejects.toMatchObject({
      code: 'verifier',
      message: expect.stringMatching(
        new RegExp(`^none of \\d+ responses got a reward \\(error \\d+\\).*${reason}`),
      ) as string,
      where: text('bad.mjs'),
    });
    expect(existsSync(join(folder, 'run', 'summary.json'))).toBe(false);

    // Mended, the same run goes on to its end.
    await writeFile(join(folder, 'bad.mjs'), 'export default () => 0;\n');
    const summary = await runTiny(folder, { changes, openEngine: openFakeEngine });
    expect(summary?.arms[0]).toMatchObject({ name: 'grpo', average: 0, n: 21 });
  });

  it('that throws now and then is counted and warned of', async () => {
    const folder = await temporaryFolder();
    const body = `(p, r) => { if (r.length % 3 === 0) throw new Error('boom'); return r.length % 2; }`;
    await writeFile(join(folder, 'some.mjs'), `export default ${body};\n`);
    await runTiny(folder, { changes: { reward: './some.mjs', ...grpoOnly }, openEngine: openFakeEngine });
    const events = await readJsonlAll<{ kind: string }>(join(folder, 'run', 'events.jsonl'));
    expect(warningsAmong(events)).toContainEqual({
      code: 'without-reward',
      where: 'grpo',
      text: expect.stringMatching(/^\d+ of 24 responses of step \d got no reward \(error \d+\).*boom$/) as string,
    });
  });

  it('that fails every time stops labels by success too', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'bad.mjs'), `export default () => NaN;\n`);
    const changes = { reward: './bad.mjs' };
    const set = ['labels.measure=success', 'labels.samples=2', 'labels.maxQueries=3'];
    await expect(runTiny(folder, { changes, set, until: 'labels', openEngine: openFakeEngine })).rejects.toMatchObject({
      code: 'verifier',
      where: text('stage labels: reward '),
    });
  });
});

describe('labels', () => {
  it('of which every one failed end with the first failure, not with a word on types', async () => {
    const folder = await temporaryFolder();
    const file = await writeTinyTask(folder);
    const model = join(folder, 'model', 'config.json');
    const json = JSON.parse(await readFile(model, 'utf8')) as object;
    await writeFile(model, JSON.stringify({ ...json, max_position_embeddings: 8 }));
    const config = resolveConfig({ file });
    const run = await RunFolder.open(join(folder, 'run'), { values: config, yaml: configToYaml(config) });
    const error: unknown = await runPipeline(config, run, { until: 'labels' }).catch((cause: unknown) => cause);
    await run.close();
    expect(error).toMatchObject({
      code: 'data',
      message: expect.stringMatching(
        /^no pair of 30 problems is labelled relevant \(360 pairs failed: .* window of 8\)$/,
      ) as string,
    });
    expect((error as { hint: string }).hint).not.toContain('restrictToType');
  });
});
