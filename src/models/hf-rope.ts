/** Rotary position embedding: its settings in config.json, and the frequencies and tables that follow from them. */
import type { ConfigReader } from './config-reader.js';

/** How RoPE's frequencies are stretched beyond the length of pre-training. */
export type RopeScaling =
  | { kind: 'linear'; factor: number }
  | {
      kind: 'llama3';
      factor: number;
      lowFreqFactor: number;
      highFreqFactor: number;
      /** Length of pre-training, in tokens. */
      originalMaxPosition: number;
    };

interface RopeSettings {
  ropeTheta: number;
  ropeScaling?: RopeScaling;
}

/** RoPE's settings: `rope_parameters` (Transformers 5), else `rope_theta` with `rope_scaling` (4). Throws `model` at unknown kinds. */
export function readRope(reader: ConfigReader, maxPosition: number): RopeSettings {
  const { raw } = reader;
  const key = isObject(raw['rope_parameters']) ? 'rope_parameters' : 'rope_scaling';
  const settings = isObject(raw[key]) ? raw[key] : {};
  const theta = settings['rope_theta'] ?? raw['rope_theta'] ?? 10_000;
  if (typeof theta !== 'number' || !(theta > 1))
    throw reader.error('rope_theta', `rope_theta is ${JSON.stringify(theta)}`, 'a number above 1');
  const partial = settings['partial_rotary_factor'] ?? raw['partial_rotary_factor'] ?? 1;
  if (partial !== 1) throw reader.error('partial_rotary_factor', 'partial rotary embedding is not supported', '1');
  const kind = settings['rope_type'] ?? settings['type'] ?? 'default';
  const number = (name: string, fallback?: number): number => {
    const value = settings[name] ?? fallback;
    if (typeof value === 'number' && value > 0) return value;
    throw reader.error(`${key}.${name}`, `${name} is ${JSON.stringify(value)}`, 'a positive number');
  };
  if (kind === 'default') return { ropeTheta: theta };
  if (kind === 'linear') return { ropeTheta: theta, ropeScaling: { kind, factor: number('factor') } };
  if (kind === 'llama3') {
    return {
      ropeTheta: theta,
      ropeScaling: {
        kind,
        factor: number('factor'),
        lowFreqFactor: number('low_freq_factor'),
        highFreqFactor: number('high_freq_factor'),
        originalMaxPosition: number('original_max_position_embeddings', maxPosition),
      },
    };
  }
  throw reader.error(
    `${key}.rope_type`,
    `RoPE scaling of kind ${JSON.stringify(kind)} is not supported`,
    'default, linear, llama3',
  );
}

/** The way back, with the keys of Transformers 4. */
export function writeRope({ ropeTheta, ropeScaling: s }: RopeSettings): Record<string, unknown> {
  if (!s) return { rope_theta: ropeTheta, rope_scaling: null };
  if (s.kind === 'linear') return { rope_theta: ropeTheta, rope_scaling: { rope_type: 'linear', factor: s.factor } };
  return {
    rope_theta: ropeTheta,
    rope_scaling: {
      rope_type: 'llama3',
      factor: s.factor,
      low_freq_factor: s.lowFreqFactor,
      high_freq_factor: s.highFreqFactor,
      original_max_position_embeddings: s.originalMaxPosition,
    },
  };
}

/**
 * Angle per position of each rotary pair, [headDim / 2], in radians: theta^(-2i / headDim), then scaled.
 * Llama 3's scaling keeps short wavelengths, divides long ones by `factor` and blends in between.
 */
export function ropeFrequencies({ ropeTheta, ropeScaling: s }: RopeSettings, headDim: number): Float64Array {
  return Float64Array.from({ length: headDim / 2 }, (_, i) => {
    const frequency = ropeTheta ** ((-2 * i) / headDim);
    if (!s) return frequency;
    if (s.kind === 'linear') return frequency / s.factor;
    const turns = (s.originalMaxPosition * frequency) / (2 * Math.PI); // full turns within the original length
    if (turns > s.highFreqFactor) return frequency;
    if (turns < s.lowFreqFactor) return frequency / s.factor;
    const smooth = (turns - s.lowFreqFactor) / (s.highFreqFactor - s.lowFreqFactor);
    return (1 - smooth) * (frequency / s.factor) + smooth * frequency;
  });
}

/** cos and sin of every angle, each [positions, headDim / 2] row by row; a head's pairs are its two halves (NeoX order). */
export function ropeTables(
  settings: RopeSettings,
  headDim: number,
  positions: number,
): { cos: Float32Array; sin: Float32Array } {
  const frequencies = ropeFrequencies(settings, headDim);
  const half = frequencies.length;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let t = 0; t < positions; t++) {
    for (let i = 0; i < half; i++) {
      const angle = t * frequencies[i]!;
      cos[t * half + i] = Math.cos(angle);
      sin[t * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
