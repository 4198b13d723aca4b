/** A run that trains adapters, from the warm-up to the last evaluation, through the command line; and the model made of one. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raRft } from '../src/cli/testing/ra-rft.js';
import { readJsonlAll } from '../src/core/jsonl.js';
import { folderRef, LocalEngine } from '../src/engine/index.js';
import { writeTinyTask } from '../src/pipeline/testing/tiny-task.js';

let folder = '';
let config = '';
let ran = { code: -1, out: '', err: '' };
let modelBefore: Buffer;
const inRun = (...path: string[]) => join(folder, 'runs', 'tiny', ...path);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-lora-run-'));
  config = await writeTinyTask(folder, {
    warmup: { steps: 4, batchSize: 8, learningRate: 0.02 },
    rl: {
      steps: 2,
      promptsPerStep: 8,
      groupSize: 6,
      learningRate: 0.02,
      warmupSteps: 0,
      kl: { coefficient: 0.01 },
      lora: { rank: 4, alpha: 8, targets: ['q_proj', 'v_proj', 'down_proj'] },
    },
    eval: { k: 2, everySteps: 2, bootstrapSamples: 100 },
    arms: [{ name: 'grpo' }, { name: 'late', test: 'learned', policyOf: 'grpo' }],
  });
  modelBefore = await readFile(join(folder, 'model', 'model.safetensors'));
  ran = await raRft('run', '--config', config, '--runs', join(folder, 'runs'));
}, 240_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a run with rl.lora', () => {
  it('ends, and leaves adapters of the model, which is as it was', async () => {
    expect(ran).toMatchObject({ code: 0 });
    for (const policy of [inRun('policy', 'warmup', 'final'), inRun('policy', 'grpo', 'step-000002')]) {
      const names = await readdir(policy);
      expect(names).toContain('adapter_model.safetensors');
      expect(names).not.toContain('model.safetensors');
    }
    expect(await readFile(join(folder, 'model', 'model.safetensors'))).toEqual(modelBefore);
    const rows = await readJsonlAll<Record<string, number>>(inRun('metrics.jsonl'));
    const updates = rows.filter((row) => (row['trainedGroups'] ?? 0) > 0);
    expect(updates.length).toBeGreaterThan(0);
    for (const row of updates) expect(row['logprobGapMax']).toBeLessThan(1e-4);
  });

  it('gives an adapter that merges into a model with the same scores', async () => {
    const adapter = inRun('policy', 'grpo', 'step-000002');
    const out = join(folder, 'merged');
    const merged = await raRft('model', 'merge', adapter, '--out', out);
    expect(merged).toMatchObject({ code: 0 });
    expect(merged.out).toContain('rank 4, alpha 8, 3 weights (q_proj, v_proj, down_proj)');
    expect(await readdir(out)).toContain('tokenizer.json');
    const engine = new LocalEngine({ threads: 1 });
    const probe = [{ prompt: Int32Array.of(3, 5), responses: [Int32Array.of(9, 12, 14)] }];
    const scores = async (path: string) => (await engine.open(folderRef(path))).logprobs(probe);
    expect(await scores(out)).toEqual(await scores(adapter));
    expect(await scores(out)).not.toEqual(await scores(join(folder, 'model')));
    await engine.dispose();
    const next = await raRft('run', '--dry-run', '--config', config, '--set', `model.path=${out}`);
    expect(next).toMatchObject({ code: 0 });
  });

  it('merges into another base where one is named, and never over what it reads', async () => {
    const adapter = inRun('policy', 'grpo', 'step-000002');
    const base = join(folder, 'model');
    const named = await raRft(
      'model',
      'merge',
      adapter,
      '--base',
      base,
      '--out',
      join(folder, 'b'),
      '--dtype',
      'bfloat16',
    );
    expect(named).toMatchObject({ code: 0 });
    for (const out of [adapter, base]) {
      const over = await raRft('model', 'merge', adapter, '--base', base, '--out', out);
      expect(over.code).toBe(2);
      expect(over.err).toContain('is merged from');
    }
    const none = await raRft('model', 'merge', base, '--out', join(folder, 'c'));
    expect(none.err).toContain('holds no adapter');
  });

  it('says what to do where an adapter is given for a model', async () => {
    const adapter = inRun('policy', 'grpo', 'step-000002');
    const refused = await raRft('run', '--dry-run', '--config', config, '--set', `model.path=${adapter}`);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('ra-rft model merge');
  });

  it('refuses targets that no weight has', async () => {
    const refused = await raRft('run', '--dry-run', '--config', config, '--set', 'rl.lora.targets=[qproj]');
    expect(refused.code).toBe(3);
    expect(refused.err).toContain('rl.lora.targets');
  });
});
