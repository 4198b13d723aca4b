import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveCheckpoint } from '../../models/checkpoint.js';
import { policyEngineContract } from '../testing/contract.js';
import { STEP, ids, response } from '../testing/helpers.js';
import { tinyConfig, tinyParams } from '../testing/tiny-model.js';
import { LocalEngine } from './local-engine.js';
import { openLocalEngine } from './open.js';

for (const architecture of ['qwen3', 'qwen2'] as const) {
  const config = tinyConfig(architecture);
  policyEngineContract(`local, ${architecture}`, {
    open: async () => new LocalEngine('tiny', config, tinyParams(config), { threads: 1 }),
  });
}

describe('weights built into the sampler', () => {
  it('samples the same tokens as fed weights, before and after an update', async () => {
    const config = tinyConfig('qwen2');
    const open = (freezeFrom: number) =>
      new LocalEngine('tiny', config, tinyParams(config), { threads: 1, sampler: { freezeFrom } });
    const [fed, frozen] = [open(Infinity), open(0)];
    const requests = [{ prompt: ids(1, 2, 3), n: 3, seed: 4 }];
    const options = { maxTokens: 6, temperature: 0.9, topP: 0.9, stopTokens: [] };
    const tokens = async (engine: LocalEngine) =>
      (await engine.sample(requests, options)).samples_NG[0]!.map((s) => Array.from(s.tokens));
    const before = await tokens(fed);
    expect(await tokens(frozen)).toEqual(before);
    for (const engine of [fed, frozen]) {
      const group = { prompt: ids(1, 2, 3), responses: [response(ids(9, 9, 9, 9))] };
      await engine.forwardBackward([group]);
      await engine.optimStep({ ...STEP, learningRate: 0.1 });
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
    const here = await LocalEngine.open(join(folder, 'model'));
    const there = await openLocalEngine(join(folder, 'model'), { threads: 1 });
    expect(there.info).toEqual(here.info);
    for (const engine of [here, there]) {
      const { logprobs_NGT } = await engine.forwardBackward([group]);
      expect(logprobs_NGT[0]!.map(({ length }) => length)).toEqual([2, 3]);
      expect((await engine.optimStep(STEP)).policyVersion).toBe(1);
    }
    const ended: number[] = [];
    const samples = await there.sample([request], FREE, (done) => ended.push(done));
    expect(samples).toEqual(await here.sample([request], FREE));
    expect(ended).toEqual([1, 2, 3]);
    const refused = { code: 'context-length', where: 'groups[0].responses[0]' };
    await expect(there.logprobs([{ prompt: ids(1), responses: [new Int32Array(99)] }])).rejects.toMatchObject(refused);
    await there.save(join(folder, 'trained'));
    await here.load(join(folder, 'trained'));
    await Promise.all([here.dispose(), there.dispose()]);
    await expect(there.sample([request], FREE)).rejects.toMatchObject({ code: 'engine' });
  });

  it('writes checkpoints that open as models, with tokenizer, optimizer and version', async () => {
    const engine = await LocalEngine.open(join(folder, 'model'));
    await engine.forwardBackward([group]);
    await engine.optimStep(STEP);
    const path = join(folder, 'checkpoint');
    await engine.save(path);
    expect(await readFile(join(path, 'tokenizer.json'), 'utf8')).toBe('{"a": "tokenizer"}');
    expect(JSON.parse(await readFile(join(path, 'engine.json'), 'utf8'))).toEqual({
      policyVersion: 1,
      optimizerStep: 1,
    });
    const again = await LocalEngine.open(path);
    for (const one of [engine, again]) await one.forwardBackward([group]);
    const steps = await Promise.all([engine.optimStep(STEP), again.optimStep(STEP)]);
    expect(steps[1]).toEqual(steps[0]);
    expect(await again.sample([request], FREE)).toEqual(await engine.sample([request], FREE));
    await Promise.all([engine.dispose(), again.dispose()]);
  });

  it('names what is wrong with a folder', async () => {
    await expect(openLocalEngine(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'model' });
    const engine = new LocalEngine(
      'other',
      tinyConfig('llama', { ffn: 24 }),
      tinyParams(tinyConfig('llama', { ffn: 24 })),
    );
    await expect(engine.load(join(folder, 'model'))).rejects.toMatchObject({
      code: 'model',
      where: join(folder, 'model', 'config.json'),
    });
    await engine.dispose();
    const damaged = join(folder, 'damaged');
    await saveCheckpoint(damaged, { config, params: tinyParams(config) });
    await writeFile(join(damaged, 'engine.json'), '{"policyVersion":');
    const facts = { code: 'model', where: join(damaged, 'engine.json') };
    await expect(LocalEngine.open(damaged)).rejects.toMatchObject(facts);
  });
});
