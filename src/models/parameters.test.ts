import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { parseDecoderConfig } from './hf-config.js';
import { countParams, paramSpecs, partViews, randomParams, sizeOf } from './parameters.js';

const config = (type: 'llama' | 'qwen2' | 'qwen3', tied: boolean) =>
  parseDecoderConfig({
    model_type: type,
    hidden_size: 8,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 4,
    intermediate_size: 6,
    vocab_size: 10,
    tie_word_embeddings: tied,
  });

describe('parameters', () => {
  it('counts what the shapes say', () => {
    // embed 80, norm 8; a layer: norms 16, qkv (16+8+8) x 8 = 256, o 8 x 16 = 128, gate/up 96, down 48
    expect(countParams(config('llama', true))).toBe(88 + 2 * (16 + 256 + 128 + 96 + 48));
    expect(countParams(config('qwen2', true)) - countParams(config('llama', true))).toBe(2 * 32);
    expect(countParams(config('qwen3', true)) - countParams(config('llama', true))).toBe(2 * 8);
    expect(countParams(config('llama', false)) - countParams(config('llama', true))).toBe(80);
  });

  it('fuses q, k, v and gate, up by rows', () => {
    const spec = paramSpecs(config('llama', true)).find((s) => s.name === 'layers.1.qkv')!;
    expect(spec).toMatchObject({ shape: [32, 8], decay: true });
    expect(spec.parts.map((p) => [p.hfName.split('.')[4], p.rows])).toEqual([
      ['q_proj', 16],
      ['k_proj', 8],
      ['v_proj', 8],
    ]);
    const data = Float32Array.from({ length: 256 }, (_, i) => i);
    const views = partViews(spec, data);
    expect(views.map((v) => [v.data[0], v.data.length])).toEqual([
      [0, 128],
      [128, 64],
      [192, 64],
    ]);
    views[1]!.data[0] = -1;
    expect(data[128]).toBe(-1);
  });

  it('decays matrices only', () => {
    for (const spec of paramSpecs(config('qwen2', false))) expect(spec.decay).toBe(spec.shape.length === 2);
  });

  it('starts from seeded normal matrices, norms of 1 and biases of 0', () => {
    const params = randomParams(config('qwen2', true), Rng.fromSeed(1));
    const again = randomParams(config('qwen2', true), Rng.fromSeed(1));
    expect([...params.values()]).toEqual([...again.values()]);
    expect([...params.get('norm')!]).toEqual(Array.from({ length: 8 }, () => 1));
    expect(params.get('layers.0.qkvBias')!.every((x) => x === 0)).toBe(true);
    for (const spec of paramSpecs(config('qwen2', true)))
      expect(params.get(spec.name)!.length).toBe(sizeOf(spec.shape));
    const wide = randomParams({ ...config('llama', true), vocab: 2000 }, Rng.fromSeed(2)).get('embed')!;
    const deviation = Math.sqrt(wide.reduce((sum, x) => sum + x * x, 0) / wide.length);
    expect(deviation).toBeGreaterThan(0.0195);
    expect(deviation).toBeLessThan(0.0205);
  });
});
