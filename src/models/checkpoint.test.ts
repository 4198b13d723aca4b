import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestName } from '../core/owned-folder.js';
import { loadParams, saveCheckpoint } from './checkpoint.js';
import { readDecoderConfig } from './hf-config.js';
import { SafetensorsReader } from './safetensors.js';
import { overwriteWeight, swapTensors } from './testing/damage.js';

const golden = (name: string) => fileURLToPath(new URL(`./testing/golden/${name}`, import.meta.url));
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'checkpoint-'));
});
afterAll(() => rm(root, { recursive: true }));

describe('checkpoints', () => {
  it.each(['llama', 'qwen2', 'qwen3'])('saves every tensor of %s as it was loaded', async (name) => {
    const config = await readDecoderConfig(golden(name));
    const params = await loadParams(golden(name), config);
    const copy = join(root, name);
    await saveCheckpoint(copy, { config, params });
    const [before, after] = [await SafetensorsReader.open(golden(name)), await SafetensorsReader.open(copy)];
    expect(after.names().toSorted((a, b) => a.localeCompare(b))).toEqual(
      before.names().toSorted((a, b) => a.localeCompare(b)),
    );
    for (const tensor of before.names()) expect(await after.read(tensor)).toEqual(await before.read(tensor));
    await Promise.all([before.close(), after.close()]);
    expect(await readDecoderConfig(copy)).toEqual(config);
  });

  it.each(['float32', 'bfloat16'] as const)('refuses right bytes under a wrong name (%s)', async (dtype) => {
    const config = { ...(await readDecoderConfig(golden('llama'))), dtype };
    const params = await loadParams(golden('llama'), config);
    const folder = join(root, `swapped-${dtype}`);
    await saveCheckpoint(folder, { config, params });
    await loadParams(folder, config);
    const of = (layer: number) => `model.layers.${layer}.self_attn.q_proj.weight`;
    await swapTensors(folder, of(0), of(1));
    await expect(loadParams(folder, config)).rejects.toMatchObject({
      code: 'model',
      message: `tensor ${of(0)} has the bytes of ${of(1)}`,
      where: `${join(folder, 'model.safetensors')}: ${of(0)}`,
    });
    await saveCheckpoint(folder, { config, params });
    await overwriteWeight(folder, 'model.norm.weight', 0.125); // as float32: any other bytes will do
    await expect(loadParams(folder, config)).rejects.toMatchObject({
      code: 'model',
      message: 'the bytes of tensor model.norm.weight are not those that were written',
    });
  });

  it('puts q, k and v under each other', async () => {
    const config = await readDecoderConfig(golden('llama'));
    const qkv = (await loadParams(golden('llama'), config)).get('layers.1.qkv')!;
    const reader = await SafetensorsReader.open(golden('llama'));
    const part = async (x: string) => [...(await reader.read(`model.layers.1.self_attn.${x}_proj.weight`)).data];
    expect([...qkv]).toEqual([...(await part('q')), ...(await part('k')), ...(await part('v'))]);
    await reader.close();
  });

  it('replaces an older checkpoint and copies the tokenizer', async () => {
    const config = await readDecoderConfig(golden('llama'));
    const params = await loadParams(golden('llama'), config);
    const from = join(root, 'tokenizer');
    await cp(golden('llama'), from, { recursive: true });
    await writeFile(join(from, 'tokenizer.json'), '{}');
    const folder = join(root, 'replaced');
    await saveCheckpoint(folder, { config, params });
    params.get('norm')!.fill(3);
    await saveCheckpoint(folder, { config, params, tokenizerFrom: from });
    expect((await loadParams(folder, config)).get('norm')![0]).toBe(3);
    expect(await readdir(folder)).toEqual([
      manifestName,
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
    ]);
    expect((await readdir(root)).filter((name) => name.includes('tmp') || name.includes('old'))).toEqual([]);
  });

  it('refuses weights that do not fit the config, by tensor', async () => {
    const config = await readDecoderConfig(golden('qwen2'));
    const stranger = loadParams(golden('qwen2'), { ...config, qkvBias: false });
    await expect(stranger).rejects.toMatchObject({
      code: 'model',
      where: expect.stringMatching(/index\.json: model\.layers\.0\.self_attn\.\w_proj\.bias$/),
    });
    const missing = loadParams(golden('qwen2'), { ...config, qkNorm: true });
    await expect(missing).rejects.toMatchObject({
      where: expect.stringContaining('model.layers.0.self_attn.q_norm.weight'),
    });
    const shape = loadParams(golden('qwen2'), { ...config, ffn: 64 });
    await expect(shape).rejects.toMatchObject({
      where: expect.stringContaining('model.layers.0.mlp.gate_proj.weight'),
    });
    const untied = loadParams(golden('qwen2'), { ...config, tied: false });
    await expect(untied).rejects.toMatchObject({ where: expect.stringContaining('lm_head.weight') });
  });

  it('leaves nothing behind when a parameter is missing', async () => {
    const config = await readDecoderConfig(golden('llama'));
    const params = await loadParams(golden('llama'), config);
    params.delete('norm');
    await expect(saveCheckpoint(join(root, 'broken'), { config, params })).rejects.toMatchObject({
      code: 'model',
      where: 'norm',
    });
    expect((await readdir(root)).filter((name) => name.startsWith('broken'))).toEqual([]);
  });

  it('writes a config that names its architecture', async () => {
    const written = JSON.parse(await readFile(join(root, 'qwen3', 'config.json'), 'utf8')) as Record<string, unknown>;
    expect(written).toMatchObject({
      architectures: ['Qwen3ForCausalLM'],
      model_type: 'qwen3',
      torch_dtype: 'float32',
      tie_word_embeddings: false,
    });
  });
});
