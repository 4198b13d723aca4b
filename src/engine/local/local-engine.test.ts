import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveCheckpoint } from '../../models/checkpoint.js';
import { folderRef } from '../policy-folder.js';
import { policyEngineContract } from '../testing/contract.js';
import { STEP, ids, response } from '../testing/helpers.js';
import { tinyConfig, tinyParams } from '../../models/testing/tiny-model.js';
import type { Policy } from '../types.js';
import { LocalEngine } from './local-engine.js';
import { openLocalEngine } from './open.js';

let models = '';
const architectures = ['qwen3', 'qwen2'] as const;
beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'ra-rft-tiny-'));
  for (const architecture of [...architectures, 'llama'] as const) {
    const config = tinyConfig(architecture);
    await saveCheckpoint(join(models, architecture), { config, params: tinyParams(config) });
  }
});
afterAll(() => rm(models, { recursive: true, force: true }));

for (const architecture of architectures) {
  policyEngineContract(`local, ${architecture}`, {
    start: () => new LocalEngine({ threads: 1 }),
    model: async () => folderRef(join(models, architecture)),
  });
}

policyEngineContract('local, adapter of llama', {
  start: () => new LocalEngine({ threads: 1 }),
  model: async () => folderRef(join(models, 'llama')),
  train: { rank: 8, alpha: 32, targets: 'all-linear', rsLora: false },
});

describe('weights built into the sampler', () => {
  it('samples the same tokens as fed weights, before and after an update', async () => {
    const config = tinyConfig('qwen2');
    const open = (freezeFrom: number) =>
      new LocalEngine({ threads: 1, sampler: { freezeFrom } }).adopt('tiny', config, tinyParams(config), {
        train: 'full',
      });
    const [fed, frozen] = [await open(Infinity), await open(0)];
    const requests = [{ prompt: ids(1, 2, 3), n: 3, seed: 4 }];
    const options = { maxTokens: 6, temperature: 0.9, topP: 0.9, stopTokens: [] };
    const tokens = async (policy: Policy) =>
      (await policy.sample(requests, options)).samples_NG[0]!.map((s) => Array.from(s.tokens));
    const before = await tokens(fed);
    expect(await tokens(frozen)).toEqual(before);
    for (const policy of [fed, frozen]) {
      const group = { prompt: ids(1, 2, 3), responses: [response(ids(9, 9, 9, 9))] };
      await policy.forwardBackward([group]);
      await policy.optimStep({ ...STEP, learningRate: 0.1 });
    }
    const after = await tokens(fed);
    expect(after).not.toEqual(before);
    expect(await tokens(frozen)).toEqual(after);
    await Promise.all([fed.dispose(), frozen.dispose()]);
  });
});

describe('folders', () => {
  let folder = '';
  const config = tinyConfig('llama');
  const model = () => folderRef(join(folder, 'model'));
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ra-rft-local-'));
    await saveCheckpoint(join(folder, 'model'), { config, params: tinyParams(config) });
    await writeFile(join(folder, 'model', 'tokenizer.json'), '{"a": "tokenizer"}');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const FREE = { maxTokens: 5, temperature: 1, stopTokens: [] };
  const request = { prompt: ids(1, 2, 3), n: 3, seed: 4 };
  const group = { prompt: ids(1, 2, 3), responses: [response(ids(4, 5)), response(ids(6, 7, 8))] };

  it('gives the same numbers in a worker thread, which stays live', async () => {
    const engines = [new LocalEngine(), openLocalEngine({ threads: 1 })];
    const [here, there] = (await Promise.all(engines.map((e) => e.open(model(), { train: 'full' })))) as [
      Policy,
      Policy,
    ];
    expect(there.info).toEqual(here.info);
    for (const policy of [here, there]) {
      await policy.forwardBackward([group]);
      expect((await policy.optimStep(STEP)).policyVersion).toBe(1);
    }
    const ended: number[] = [];
    const samples = await there.sample([request], FREE, (done) => ended.push(done));
    expect(samples).toEqual(await here.sample([request], FREE));
    expect(ended).toEqual([1, 2, 3]);
    const refused = { code: 'context-length', where: 'groups[0].responses[0]' };
    await expect(there.logprobs([{ prompt: ids(1), responses: [new Int32Array(99)] }])).rejects.toMatchObject(refused);
    const second = await engines[1]!.open(await there.checkpoint(join(folder, 'trained')));
    expect(await second.sample([request], FREE)).toEqual(samples);
    await there.dispose();
    await expect(there.sample([request], FREE)).rejects.toMatchObject({ code: 'engine' });
    expect(await second.sample([request], FREE)).toEqual(samples);
    await Promise.all(engines.map((engine) => engine.dispose()));
    await expect(second.sample([request], FREE)).rejects.toMatchObject({ code: 'engine' });
  });

  it('writes checkpoints that open as models, with tokenizer, optimizer and version', async () => {
    const engine = new LocalEngine();
    const first = await engine.open(model(), { train: 'full' });
    await first.forwardBackward([group]);
    await first.optimStep(STEP);
    const path = join(folder, 'checkpoint');
    const ref = await first.checkpoint(path);
    expect(await readFile(join(path, 'tokenizer.json'), 'utf8')).toBe('{"a": "tokenizer"}');
    expect(JSON.parse(await readFile(join(path, 'engine.json'), 'utf8'))).toEqual({
      policyVersion: 1,
      optimizerStep: 1,
    });
    const again = await engine.open(ref, { train: 'full', optimizer: true });
    for (const one of [first, again]) await one.forwardBackward([group]);
    const steps = [await first.optimStep(STEP), await again.optimStep(STEP)];
    expect(steps[1]).toEqual(steps[0]);
    expect(await again.sample([request], FREE)).toEqual(await first.sample([request], FREE));
    // The tokenizer goes on from checkpoint to checkpoint, also where the one before is gone.
    await rm(path, { recursive: true });
    await again.checkpoint(join(folder, 'next'));
    expect(await readFile(join(folder, 'next', 'tokenizer.json'), 'utf8')).toBe('{"a": "tokenizer"}');
    await engine.dispose();
  });

  it('reads a folder anew where its files are others', async () => {
    const path = join(folder, 'changing');
    const engine = new LocalEngine();
    const scores = async () => {
      const policy = await engine.open(folderRef(path));
      return policy.logprobs([{ prompt: ids(1), responses: [ids(2, 3)] }]);
    };
    await saveCheckpoint(path, { config, params: tinyParams(config, 1) });
    const before = await scores();
    expect(await scores()).toEqual(before);
    await saveCheckpoint(path, { config, params: tinyParams(config, 2) });
    expect(await scores()).not.toEqual(before);
    await engine.dispose();
  });

  it('names what is wrong with a folder', async () => {
    const engine = openLocalEngine();
    await expect(engine.open(folderRef(join(folder, 'nothing')))).rejects.toMatchObject({ code: 'model' });
    const damaged = join(folder, 'damaged');
    await saveCheckpoint(damaged, { config, params: tinyParams(config) });
    await writeFile(join(damaged, 'engine.json'), '{"policyVersion":');
    const facts = { code: 'model', where: join(damaged, 'engine.json') };
    await expect(engine.open(folderRef(damaged))).rejects.toMatchObject(facts);
    await engine.dispose();
  });
});
