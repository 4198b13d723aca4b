import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { adapterParts, freshFactors, loraScale, type Adapter, type LoraSpec } from '../../models/adapter/index.js';
import { saveCheckpoint } from '../../models/checkpoint.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import { paramSpecs, sizeOf } from '../../models/parameters.js';
import { folderRef } from '../policy-folder.js';
import { gradientError, lossOf } from '../testing/gradient.js';
import { STEP, ids, raggedGroups, response } from '../testing/helpers.js';
import { tinyConfig, tinyParams } from '../../models/testing/tiny-model.js';
import type { BaseModel } from './base-models.js';
import { LocalEngine } from './local-engine.js';
import { loraTraining } from './lora-training.js';
import { ModelState } from './model-state.js';
import { Programs } from './programs.js';
import { accumulateGradients, scoreGroups } from './trainer.js';

const LIMITS = { bytes: 1e9, rows: 1e6 };
const LORA: LoraSpec = { rank: 4, alpha: 8, targets: 'all-linear', rsLora: false };
const FREE = { maxTokens: 6, temperature: 1, stopTokens: [] };
const PROBE = [{ prompt: ids(1, 2), responses: [ids(2, 3, 4)] }];

/** An adapter that changes something: B is no longer zero. */
function busyAdapter(config: DecoderConfig, spec: LoraSpec): Adapter {
  const parts = adapterParts(config, spec);
  const factors = freshFactors(parts, spec.rank, Rng.fromSeed('factors'));
  const rng = Rng.fromSeed('b');
  for (const { b } of parts) for (const [i] of factors.get(b)!.entries()) factors.get(b)![i] = 0.1 * rng.normal();
  return { ...spec, parts, factors };
}

const baseOf = (config: DecoderConfig): BaseModel => ({ config, params: tinyParams(config), tokenizer: new Map() });

describe('gradients', () => {
  const SMALL = { hidden: 6, headDim: 4, ffn: 6, vocab: 10, maxPosition: 24 };
  const cases = [
    { architecture: 'qwen2', spec: { ...LORA, rank: 2, alpha: 2 } },
    {
      architecture: 'qwen3',
      spec: { ...LORA, rank: 3, alpha: 2, targets: ['q_proj', 'v_proj', 'up_proj'], rsLora: true },
    },
    {
      architecture: 'llama',
      spec: { ...LORA, rank: 1, alpha: 1, targets: ['k_proj', 'o_proj', 'gate_proj', 'down_proj'] },
    },
  ] as const satisfies { architecture: string; spec: LoraSpec }[];

  it.each(cases)('of A and B are those of finite differences: $architecture, $spec.targets', async (one) => {
    const config = tinyConfig(one.architecture, SMALL);
    const programs = new Programs(1);
    const training = await loraTraining(baseOf(config), busyAdapter(config, one.spec), { baseFolder: '', programs });
    const state = new ModelState(config, training.params, { maxContext: 24, programs });
    const groups = raggedGroups(config.vocab, 'finite differences');
    await accumulateGradients(state, training, groups, LIMITS);
    const lossNow = async () => {
      await training.moved();
      return lossOf(state, groups, LIMITS);
    };
    for (const one of training.trainables) {
      expect(await gradientError(one, lossNow, 4e-3), one.name).toBeLessThan(1e-2);
    }
    await programs.dispose();
  });
});

describe('a policy that trains an adapter', () => {
  let folder = '';
  let engine: LocalEngine;
  const config = tinyConfig('qwen2');
  const model = () => folderRef(join(folder, 'model'));
  const train = (policy: Awaited<ReturnType<LocalEngine['open']>>, label: string) =>
    policy
      .forwardBackward(raggedGroups(config.vocab, label))
      .then(() => policy.optimStep({ ...STEP, learningRate: 0.05 }));
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ra-rft-lora-'));
    await saveCheckpoint(join(folder, 'model'), { config, params: tinyParams(config) });
    await writeFile(join(folder, 'model', 'tokenizer.json'), '{}');
    engine = new LocalEngine({ threads: 1 });
  });
  afterAll(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('is the base exactly before the first step', async () => {
    const base = await engine.open(model());
    const policy = await engine.open(model(), { train: LORA });
    const requests = [{ prompt: ids(1, 2, 3), n: 4, seed: 7 }];
    expect(await policy.sample(requests, FREE)).toEqual(await base.sample(requests, FREE));
    expect(await policy.logprobs(PROBE)).toEqual(await base.logprobs(PROBE));
  });

  it('changes the factors and nothing of the base, which other policies share', async () => {
    const base = await engine.open(model());
    const before = await base.logprobs(PROBE);
    const policy = await engine.open(model(), { train: LORA });
    await train(policy, 'once');
    expect(await policy.logprobs(PROBE)).not.toEqual(before);
    expect(await base.logprobs(PROBE)).toEqual(before);
    const path = join(folder, 'adapter');
    await policy.checkpoint(path);
    expect((await readdir(path)).toSorted()).toEqual([
      '.ra-rft-files.json',
      'adapter_config.json',
      'adapter_model.safetensors',
      'engine.json',
      'optimizer.safetensors',
      'tokenizer.json',
    ]);
  });

  it('scores as base and changes computed apart', async () => {
    const adapter = busyAdapter(config, { ...LORA, targets: ['q_proj', 'o_proj', 'down_proj'], rsLora: true });
    const base = baseOf(config);
    const programs = new Programs(1);
    const training = await loraTraining(base, adapter, { baseFolder: '', programs });
    // The sum in double precision, weight by weight.
    const apart = new Map([...base.params].map(([name, values]) => [name, Float64Array.from(values)]));
    for (const { a, b, param, at, rows, width } of adapter.parts) {
      const [A, B] = [adapter.factors.get(a)!, adapter.factors.get(b)!];
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < width; j++) {
          let sum = 0;
          for (let r = 0; r < adapter.rank; r++) sum += B[i * adapter.rank + r]! * A[r * width + j]!;
          apart.get(param)![at + i * width + j]! += loraScale(adapter) * sum;
        }
      }
    }
    for (const { name, shape } of paramSpecs(config)) {
      const [merged, expected] = [training.params.get(name)!, apart.get(name)!];
      for (let i = 0; i < sizeOf(shape); i++) expect(Math.abs(merged[i]! - expected[i]!)).toBeLessThan(1e-6);
    }
    const maxContext = 24;
    const scores = (params: ReadonlyMap<string, Float32Array>) =>
      scoreGroups(new ModelState(config, params, { maxContext, programs }), PROBE, LIMITS);
    const expected = await scores(new Map([...apart].map(([name, values]) => [name, Float32Array.from(values)])));
    const found = await scores(training.params);
    for (const [t, p] of found[0]![0]!.entries()) expect(Math.abs(p - expected[0]![0]![t]!)).toBeLessThan(1e-5);
    await programs.dispose();
  });

  it('takes no part in the gradient where nothing is targeted, and learns where something is', async () => {
    const policy = await engine.open(model(), { train: { ...LORA, targets: ['v_proj'] } });
    const group = { prompt: ids(1, 2), responses: [response(ids(3, 4, 5, 6))] };
    let loss = Infinity;
    const { loss: first } = await policy.forwardBackward([group]);
    for (let step = 0; step < 60; step++) {
      ({ loss } = await policy.forwardBackward([group]));
      await policy.optimStep({ ...STEP, learningRate: 3e-2, maxGradNorm: 1 });
    }
    expect(loss).toBeLessThan(first / 2);
  });

  it('is gone on with by its own settings only, and trained whole from what it amounts to', async () => {
    const policy = await engine.open(model(), { train: LORA });
    await train(policy, 'settings');
    const ref = await policy.checkpoint(join(folder, 'settings'));
    const scores = await policy.logprobs(PROBE);
    const other = { ...LORA, rank: 2 };
    await expect(engine.open(ref, { train: other })).rejects.toMatchObject({ code: 'model', where: 'lora' });
    for (const train of [undefined, 'full', LORA] as const) {
      expect(await (await engine.open(ref, { train })).logprobs(PROBE)).toEqual(scores);
    }
  });

  it('names a base that is missing or of another shape', async () => {
    const policy = await engine.open(model(), { train: LORA });
    const path = join(folder, 'lost');
    const ref = await policy.checkpoint(path);
    const file = join(path, 'adapter_config.json');
    const facts = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...facts, base_model_name_or_path: 'somebody/else' }));
    await expect(engine.open(ref)).rejects.toMatchObject({
      code: 'model',
      where: `${file}: base_model_name_or_path`,
    });
    expect(await (await engine.open(ref, { base: join(folder, 'model') })).logprobs(PROBE)).toHaveLength(1);
    const wide = tinyConfig('qwen2', { ffn: 24 });
    await saveCheckpoint(join(folder, 'wide'), { config: wide, params: tinyParams(wide) });
    await expect(engine.open(ref, { base: join(folder, 'wide') })).rejects.toMatchObject({
      code: 'model',
      message: expect.stringContaining('has shape') as string,
    });
  });

  it('stops where the merged weights cannot be computed with', async () => {
    const policy = await engine.open(model(), { train: { ...LORA, alpha: 1e25 } });
    await policy.forwardBackward(raggedGroups(config.vocab, 'too far'));
    const lost = { code: 'not-finite', where: expect.stringContaining('tensor model.layers.0.') as string };
    await expect(policy.optimStep({ ...STEP, learningRate: 1e10, maxGradNorm: 1 })).rejects.toMatchObject(lost);
    await expect(policy.logprobs(PROBE)).rejects.toMatchObject(lost);
    await expect(policy.checkpoint(join(folder, 'never'))).rejects.toMatchObject(lost);
  });
});
