/** The models and the accelerator that docs/scale.md reckons with, each with its source. */
import type { DecoderConfig } from '../../src/models/index.js';

/** What arithmetic needs of a model. */
export type Shape = Pick<
  DecoderConfig,
  'hidden' | 'layers' | 'heads' | 'kvHeads' | 'headDim' | 'ffn' | 'vocab' | 'tied' | 'qkvBias' | 'qkNorm'
>;

/** What is the same for both; config.json of Qwen/Qwen3-1.7B and Qwen/Qwen3-4B on the Hugging Face Hub. */
const qwen3 = { kvHeads: 8, headDim: 128, vocab: 151_936, tied: true, qkvBias: false, qkNorm: true };

export const shapes = {
  'Qwen3-1.7B': { ...qwen3, hidden: 2048, layers: 28, heads: 16, ffn: 6144 },
  'Qwen3-4B': { ...qwen3, hidden: 2560, layers: 36, heads: 32, ffn: 9728 },
} satisfies Record<string, Shape>;

/** Longest prompt plus response of both (`max_position_embeddings`). */
export const QWEN3_WINDOW = 40_960;

export interface Accelerator {
  name: string;
  /** Dense bfloat16 operations a second at the peak. */
  flops: number;
  /** Bytes a second from its memory at the peak. */
  bandwidth: number;
  memoryBytes: number;
}

/** NVIDIA H100 SXM5 data sheet: 989 TFLOPS of dense bfloat16, 3.35 TB/s, 80 GB. */
export const h100: Accelerator = { name: 'H100 SXM', flops: 989e12, bandwidth: 3.35e12, memoryBytes: 80e9 };
