/** Model shapes of the benchmarks: those of shapes.json, which the peers use too. */
import { readFileSync } from 'node:fs';
import type { DecoderConfig } from '../src/models/hf-config.js';

export interface Shape {
  vocab: number;
  hidden: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  ffn: number;
  rows: number;
  length: number;
}

/** The shape of this name; tiny in a smoke run. */
export function readShape(name: string, smoke: boolean): Shape {
  const shapes = JSON.parse(readFileSync(new URL('./shapes.json', import.meta.url), 'utf8')) as Record<string, Shape>;
  const shape = shapes[name]!;
  return smoke ? { ...shape, layers: 1, rows: 2, length: 16, vocab: Math.min(shape.vocab, 512) } : shape;
}

/** A Llama of the shape with tied embeddings in float32. */
export function configOf(shape: Shape, more: Partial<DecoderConfig> = {}): DecoderConfig {
  const { vocab, hidden, layers, heads, kvHeads, headDim, ffn } = shape;
  const sizes = { vocab, hidden, layers, heads, kvHeads, headDim, ffn, ropeTheta: 10_000, rmsEps: 1e-5 };
  const kind = { architecture: 'llama', tied: true, qkvBias: false, qkNorm: false, dtype: 'float32' } as const;
  return { ...sizes, ...kind, maxPosition: 2048, eosIds: [], ...more };
}
