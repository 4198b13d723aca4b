import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseDecoderConfig, readDecoderConfig, toHfConfig } from './hf-config.js';

const golden = (name: string) => fileURLToPath(new URL(`./testing/golden/${name}`, import.meta.url));

/** A config.json as Transformers 4 wrote it. */
const qwen = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 48,
  vocab_size: 64,
  max_position_embeddings: 128,
  rope_theta: 1e6,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  eos_token_id: [2, 3],
};
const refusal = (change: Record<string, unknown>) => () => parseDecoderConfig({ ...qwen, ...change }, 'c.json');
const at = (key: string) => expect.objectContaining({ code: 'model', where: `c.json: ${key}` });

describe('decoder config', () => {
  it('reads what Transformers 5 writes', async () => {
    expect(await readDecoderConfig(golden('llama'))).toEqual({
      architecture: 'llama',
      hidden: 32,
      layers: 2,
      heads: 4,
      kvHeads: 2,
      headDim: 8,
      ffn: 48,
      vocab: 64,
      ropeTheta: 10_000,
      ropeScaling: { kind: 'llama3', factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPosition: 64 },
      rmsEps: 1e-6,
      tied: true,
      qkvBias: false,
      qkNorm: false,
      maxPosition: 128,
      bosId: 1,
      eosIds: [2],
      dtype: 'float32',
    });
    expect(await readDecoderConfig(golden('qwen2'))).toMatchObject({
      architecture: 'qwen2',
      qkvBias: true,
      headDim: 8,
    });
    expect(await readDecoderConfig(golden('qwen3'))).toMatchObject({ qkNorm: true, tied: false, headDim: 12 });
  });

  it('reads the spelling of Transformers 4 and its defaults', () => {
    const config = parseDecoderConfig(qwen);
    expect(config).toMatchObject({ headDim: 128, ropeTheta: 1e6, dtype: 'bfloat16', eosIds: [2, 3], rmsEps: 1e-6 });
    const scaled = parseDecoderConfig({ ...qwen, rope_scaling: { type: 'linear', factor: 4 } });
    expect(scaled.ropeScaling).toEqual({ kind: 'linear', factor: 4 });
  });

  it.each(['llama', 'qwen2', 'qwen3'])('comes back unchanged after writing (%s)', async (name) => {
    const config = await readDecoderConfig(golden(name));
    expect(parseDecoderConfig(toHfConfig(config))).toEqual(config);
  });

  it('refuses other architectures and features by key', () => {
    expect(refusal({ model_type: 'gemma3' })).toThrow(at('model_type'));
    expect(refusal({ architectures: ['Qwen3ForSequenceClassification'] })).toThrow(at('model_type'));
    expect(refusal({ rope_scaling: { rope_type: 'yarn', factor: 4 } })).toThrow(at('rope_scaling.rope_type'));
    expect(refusal({ rope_parameters: { rope_type: 'llama3', rope_theta: 1e4 } })).toThrow(
      at('rope_parameters.factor'),
    );
    expect(refusal({ use_sliding_window: true, sliding_window: 64, max_window_layers: 1 })).toThrow(
      at('use_sliding_window'),
    );
    expect(refusal({ layer_types: ['full_attention', 'sliding_attention'] })).toThrow(at('layer_types'));
    expect(refusal({ attention_bias: true })).toThrow(at('attention_bias'));
    expect(refusal({ hidden_act: 'gelu' })).toThrow(at('hidden_act'));
    expect(refusal({ quantization_config: { bits: 4 } })).toThrow(at('quantization_config'));
  });

  it('takes a sliding window that no layer uses', () => {
    expect(
      parseDecoderConfig({ ...qwen, use_sliding_window: true, sliding_window: 64, max_window_layers: 2 }).layers,
    ).toBe(2);
    expect(parseDecoderConfig({ ...qwen, use_sliding_window: false, sliding_window: 64 }).layers).toBe(2);
  });

  it('refuses missing and impossible numbers by key', () => {
    expect(refusal({ hidden_size: undefined })).toThrow(at('hidden_size'));
    expect(refusal({ num_key_value_heads: 3 })).toThrow(at('num_key_value_heads'));
    expect(refusal({ head_dim: 7 })).toThrow(at('head_dim'));
    expect(refusal({ vocab_size: '64' })).toThrow(at('vocab_size'));
  });

  it('says which file is missing', async () => {
    await expect(readDecoderConfig('/nowhere')).rejects.toMatchObject({ code: 'model', where: '/nowhere/config.json' });
  });
});
