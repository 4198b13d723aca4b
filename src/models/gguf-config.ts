/** A GGUF file's metadata as a decoder config, and the names of its tensors. */
import { RaRftError } from '../core/errors.js';
import type { GgufFile } from './gguf.js';
import type { Architecture, DecoderConfig } from './hf-config.js';
import { ropeFrequencies, type RopeScaling } from './hf-rope.js';

const ARCHITECTURES: readonly Architecture[] = ['llama', 'qwen2', 'qwen3'];

/** Llama 3's RoPE scaling in GGUF: one divisor for each rotary pair. */
export const ROPE_FACTORS = 'rope_freqs.weight';

/** The config of the model in a GGUF file. Throws `model` at another architecture or a feature that is not computed. */
export async function ggufConfig(file: GgufFile): Promise<DecoderConfig> {
  const name = file.text('general.architecture');
  const architecture = ARCHITECTURES.find((a) => a === name);
  const fail = (key: string, message: string, expected: string) =>
    new RaRftError({
      code: 'model',
      message,
      where: `${file.path}: ${key}`,
      expected,
      hint: 'Take another file of the model, or another model.',
    });
  if (!architecture)
    throw fail(
      'general.architecture',
      `architecture ${JSON.stringify(name)} is not supported`,
      ARCHITECTURES.join(', '),
    );
  const integer = (key: string, fallback?: number): number => {
    const value = file.number(`${architecture}.${key}`) ?? fallback;
    if (value !== undefined && Number.isInteger(value) && value > 0) return value;
    throw fail(`${architecture}.${key}`, `${architecture}.${key} is ${value ?? 'missing'}`, 'a positive integer');
  };
  if ((file.number(`${architecture}.expert_count`) ?? 0) > 0) {
    throw fail(`${architecture}.expert_count`, 'mixture-of-experts models are not supported', 'a dense model');
  }
  const hidden = integer('embedding_length');
  const heads = integer('attention.head_count');
  const headDim = integer('attention.key_length', hidden / heads);
  const rotary = integer('rope.dimension_count', headDim);
  if (rotary !== headDim || integer('attention.value_length', headDim) !== headDim) {
    throw fail(
      `${architecture}.rope.dimension_count`,
      'heads of unequal or partly rotated sizes are not supported',
      `${headDim}, the size of a head`,
    );
  }
  const vocab = file.tensors.get('token_embd.weight')?.shape[0] ?? integer('vocab_size');
  const id = (key: string) => file.number(`tokenizer.ggml.${key}_token_id`);
  const bosId = id('bos');
  const padId = id('padding');
  const ropeTheta = file.number(`${architecture}.rope.freq_base`) ?? 10_000;
  const ropeScaling = await ropeScalingOf(file, architecture, ropeTheta, headDim, fail);
  return {
    architecture,
    hidden,
    layers: integer('block_count'),
    heads,
    kvHeads: integer('attention.head_count_kv', heads),
    headDim,
    ffn: integer('feed_forward_length'),
    vocab,
    ropeTheta,
    ...(ropeScaling ? { ropeScaling } : {}),
    rmsEps: shortestFloat(file.number(`${architecture}.attention.layer_norm_rms_epsilon`) ?? 1e-6),
    tied: !file.tensors.has('output.weight'),
    qkvBias: architecture === 'qwen2',
    qkNorm: architecture === 'qwen3',
    maxPosition: integer('context_length'),
    ...(bosId === undefined ? {} : { bosId }),
    eosIds: [...new Set([id('eos'), id('eot')].filter((x) => x !== undefined))],
    ...(padId === undefined ? {} : { padId }),
    dtype: 'float32',
  };
}

/** GGUF's name of a checkpoint tensor (`model.layers.0.self_attn.q_proj.weight` is `blk.0.attn_q.weight`). */
export function ggufName(hfName: string): string {
  const names: Record<string, string> = {
    'model.embed_tokens': 'token_embd',
    'model.norm': 'output_norm',
    lm_head: 'output',
    input_layernorm: 'attn_norm',
    'self_attn.q_proj': 'attn_q',
    'self_attn.k_proj': 'attn_k',
    'self_attn.v_proj': 'attn_v',
    'self_attn.q_norm': 'attn_q_norm',
    'self_attn.k_norm': 'attn_k_norm',
    'self_attn.o_proj': 'attn_output',
    post_attention_layernorm: 'ffn_norm',
    'mlp.gate_proj': 'ffn_gate',
    'mlp.up_proj': 'ffn_up',
    'mlp.down_proj': 'ffn_down',
  };
  const match = /^(?:model\.layers\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(hfName);
  const [, layer, stem, kind] = match ?? [];
  const name = names[stem ?? ''];
  if (name === undefined) throw new RangeError(`no GGUF name for ${hfName}`);
  return `${layer === undefined ? '' : `blk.${layer}.`}${name}.${kind}`;
}

type Fail = (key: string, message: string, expected: string) => RaRftError;

async function ropeScalingOf(
  file: GgufFile,
  architecture: Architecture,
  ropeTheta: number,
  headDim: number,
  fail: Fail,
): Promise<RopeScaling | undefined> {
  const kind = file.text(`${architecture}.rope.scaling.type`) ?? 'none';
  if (kind === 'linear') return { kind, factor: file.number(`${architecture}.rope.scaling.factor`) ?? 1 };
  if (kind !== 'none')
    throw fail(
      `${architecture}.rope.scaling.type`,
      `RoPE scaling of kind ${kind} is not supported`,
      'none, linear, or the factors of Llama 3',
    );
  if (!file.tensors.has(ROPE_FACTORS)) return undefined;
  const divisors = new Float32Array(headDim / 2);
  await file.readInto(ROPE_FACTORS, [headDim / 2], divisors);
  const scaling = llama3Scaling(divisors, ropeTheta, headDim);
  if (!scaling)
    throw fail(
      ROPE_FACTORS,
      'the RoPE factors are not those of Llama 3',
      'factors with low 1, high 4 and 8,192 original positions',
    );
  return scaling.factor === 1 ? undefined : scaling;
}

/** Llama 3's settings from the divisors they give. All its releases share low 1, high 4 and 8,192 positions; undefined where that does not fit. */
export function llama3Scaling(
  divisors: Float32Array,
  ropeTheta: number,
  headDim: number,
): (RopeScaling & { kind: 'llama3' }) | undefined {
  const scaling = {
    kind: 'llama3' as const,
    factor: Math.max(...divisors),
    lowFreqFactor: 1,
    highFreqFactor: 4,
    originalMaxPosition: 8192,
  };
  const plain = ropeFrequencies({ ropeTheta }, headDim);
  const scaled = ropeFrequencies({ ropeTheta, ropeScaling: scaling }, headDim);
  const fits = divisors.every((d, i) => Math.abs(plain[i]! / scaled[i]! - d) < 1e-3 * d);
  return fits ? scaling : undefined;
}

/** GGUF stores float32; 0.000009999999747378752 was written as 1e-5. */
function shortestFloat(x: number): number {
  return Number(x.toPrecision(7));
}
