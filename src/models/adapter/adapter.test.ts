import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { SafetensorsReader } from '../safetensors.js';
import { tinyConfig } from '../testing/tiny-model.js';
import { readAdapter, readAdapterConfig, writeAdapter } from './folder.js';
import { adapterParts, freshFactors, loraScale, type LoraSpec } from './parts.js';

const config = tinyConfig('qwen2', { tied: true });
const spec: LoraSpec = { rank: 3, alpha: 6, targets: 'all-linear', rsLora: false };

const make = (more: Partial<LoraSpec> = {}) => {
  const own = { ...spec, ...more };
  const parts = adapterParts(config, own);
  return { ...own, parts, factors: freshFactors(parts, own.rank, Rng.fromSeed(own.seed ?? 0)) };
};
const write = async (more: Partial<LoraSpec> = {}) => {
  const folder = await temporaryFolder();
  await writeAdapter(folder, make(more), { base: '/models/base', config });
  return folder;
};
/** Rewrites keys of adapter_config.json. */
const change = async (folder: string, keys: Record<string, unknown>) => {
  const file = join(folder, 'adapter_config.json');
  const facts = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...facts, ...keys }));
};

describe('an adapter', () => {
  it('has the names and shapes of PEFT', async () => {
    const reader = await SafetensorsReader.open(join(await write(), 'adapter_model.safetensors'));
    const shapes = Object.fromEntries(reader.names().map((name) => [name, reader.info(name).shape]));
    await reader.close();
    const of = (module: string, rows: number, width: number) => ({
      [`base_model.model.model.layers.0.${module}.lora_A.weight`]: [3, width],
      [`base_model.model.model.layers.0.${module}.lora_B.weight`]: [rows, 3],
    });
    expect(Object.keys(shapes)).toHaveLength(2 * 2 * 7);
    expect(shapes).toMatchObject({
      ...of('self_attn.q_proj', 24, 16),
      ...of('self_attn.k_proj', 12, 16),
      ...of('self_attn.v_proj', 12, 16),
      ...of('self_attn.o_proj', 16, 24),
      ...of('mlp.gate_proj', 20, 16),
      ...of('mlp.up_proj', 20, 16),
      ...of('mlp.down_proj', 16, 20),
    });
  });

  it('is read as it was written, and names its base', async () => {
    const folder = await write({ targets: ['v_proj', 'down_proj'], rsLora: true });
    const facts = JSON.parse(await readFile(join(folder, 'adapter_config.json'), 'utf8')) as Record<string, unknown>;
    expect(facts).toMatchObject({ peft_type: 'LORA', r: 3, lora_alpha: 6, use_rslora: true });
    expect(facts['target_modules']).toEqual(['v_proj', 'down_proj']);
    expect((await readAdapterConfig(folder)).base).toBe('/models/base');
    const { parts, factors, rank, alpha, rsLora } = make({ targets: ['v_proj', 'down_proj'], rsLora: true });
    expect(await readAdapter(folder, config)).toEqual({ rank, alpha, rsLora, parts, factors });
  });

  it('knows where its weights are: rows of q, k and v in one, gate and up apart', () => {
    const places = adapterParts(config, spec)
      .slice(0, 7)
      .map(({ module, weight, start, param, at }) => [module.split('.').at(-1), weight, start, param, at]);
    expect(places).toEqual([
      ['q_proj', 'layers.0.qkv', 0, 'layers.0.qkv', 0],
      ['k_proj', 'layers.0.qkv', 24, 'layers.0.qkv', 24 * 16],
      ['v_proj', 'layers.0.qkv', 36, 'layers.0.qkv', 36 * 16],
      ['o_proj', 'layers.0.o', 0, 'layers.0.o', 0],
      ['gate_proj', 'layers.0.gate', 0, 'layers.0.gateUp', 0],
      ['up_proj', 'layers.0.up', 0, 'layers.0.gateUp', 20 * 16],
      ['down_proj', 'layers.0.down', 0, 'layers.0.down', 0],
    ]);
  });

  it('starts with A even within its bound, by its seed, and B zero', () => {
    const { parts, factors } = make();
    for (const { a, b, width } of parts) {
      const values = factors.get(a)!;
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(width));
      expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.8 / Math.sqrt(width));
      expect(factors.get(b)!.every((x) => x === 0)).toBe(true);
    }
    expect(make().factors).toEqual(factors);
    expect(make({ seed: 1 }).factors).not.toEqual(factors);
  });

  it('scales by alpha over the rank, or over its root', () => {
    expect([loraScale(spec), loraScale({ ...spec, rank: 4, rsLora: true })]).toEqual([2, 3]);
  });

  it.each([
    [{ targets: [] }, 'lora.targets'],
    [{ targets: ['lm_head'] as never }, 'lora.targets'],
    [{ rank: 0 }, 'lora.rank'],
    [{ rank: 1.5 }, 'lora.rank'],
  ])('refuses %j', (more, where) => {
    expect(() => make(more)).toThrowError(expect.objectContaining({ code: 'model', where }));
  });

  it.each([
    ['peft_type', 'LOHA'],
    ['use_dora', true],
    ['use_qalora', true],
    ['layer_replication', [[0, 2]]],
    ['bias', 'all'],
    ['modules_to_save', ['lm_head']],
    ['rank_pattern', { q_proj: 4 }],
    ['init_lora_weights', 'pissa'],
    ['r', 0],
  ])('of another kind is refused: %s %j', async (key, value) => {
    const folder = await write();
    await change(folder, { [key]: value });
    const where = expect.stringContaining(`adapter_config.json: ${key}`) as string;
    await expect(readAdapter(folder, config)).rejects.toMatchObject({ code: 'model', where });
  });

  it('of another model is refused, with the tensor', async () => {
    const folder = await write();
    await expect(readAdapter(folder, { ...config, layers: 1 })).rejects.toMatchObject({
      code: 'model',
      message: expect.stringContaining('base_model.model.model.layers.1.') as string,
    });
    await expect(readAdapter(folder, { ...config, ffn: 24 })).rejects.toMatchObject({
      code: 'model',
      where: expect.stringContaining('mlp.gate_proj.lora_B.weight') as string,
    });
    await change(folder, { r: 2 });
    await expect(readAdapter(folder, config)).rejects.toMatchObject({ code: 'model' });
  });
});
