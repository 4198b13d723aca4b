/**
 * Low-rank adapters (LoRA, Hu et al., 2021): which weights of a decoder they change, and by what. A change is `scale B A`, with A
 * [rank, in] and B [out, rank]; only A and B are trained.
 */
import { loraTargets } from '../../config/lora-targets.js';
import { RaRftError } from '../../core/errors.js';
import type { Rng } from '../../core/rng.js';
import { graphParams } from '../decoder.js';
import type { DecoderConfig } from '../hf-config.js';
import { paramSpecs, sizeOf, type Params } from '../parameters.js';

export type LoraTarget = (typeof loraTargets)[number];

/** What decides the size and the strength of an adapter. */
export interface LoraScaling {
  /** Rank r of the changes. */
  rank: number;
  alpha: number;
  /** Scale by alpha / sqrt(r) (Kalajdzievski, 2023) in place of alpha / r. */
  rsLora: boolean;
}

/** An adapter to be made. */
export interface LoraSpec extends LoraScaling {
  targets: readonly LoraTarget[] | 'all-linear';
  /** Seed of A's first values, default 0. B starts at zero, so that nothing is changed at first. */
  seed?: number;
}

export function loraScale({ rank, alpha, rsLora }: LoraScaling): number {
  return alpha / (rsLora ? Math.sqrt(rank) : rank);
}

/** One changed weight: rows of a parameter, which are one tensor of a checkpoint. */
export interface AdapterPart {
  /** `model.layers.0.self_attn.q_proj`. */
  module: string;
  /** Names of the factors: those of their tensors in a file of PEFT. */
  a: string;
  b: string;
  rows: number;
  width: number;
  /** The parameter, and the first of its elements that the part is. */
  param: string;
  at: number;
  /** The weight as graphs take it, and the first of its rows. */
  weight: string;
  start: number;
}

/** The changed weights of a new adapter, in the decoder's order. Throws `model` where a target is no weight, there is none, or the rank is none. */
export function adapterParts(
  config: DecoderConfig,
  { targets, rank }: Pick<LoraSpec, 'targets' | 'rank'>,
): AdapterPart[] {
  const refuse = (message: string, where: string, expected: string) =>
    new RaRftError({ code: 'model', message, where, expected });
  if (!Number.isInteger(rank) || rank < 1) throw refuse(`the rank is ${rank}`, 'lora.rank', 'an integer from 1');
  const all = allParts(config);
  const names: readonly string[] = targets === 'all-linear' ? loraTargets : targets;
  const missing = names.find((name) => !all.some(({ module }) => nameOf(module) === name));
  if (missing !== undefined || names.length === 0) {
    const message = missing === undefined ? 'the adapter has no targets' : `no weight is named ${missing}`;
    throw refuse(message, 'lora.targets', `all-linear, or some of ${loraTargets.join(', ')}`);
  }
  return all.filter(({ module }) => names.includes(nameOf(module)));
}

/** `q_proj` of `model.layers.0.self_attn.q_proj`. */
export function nameOf(module: string): string {
  return module.slice(module.lastIndexOf('.') + 1);
}

/** Every weight that an adapter can change. */
export function allParts(config: DecoderConfig): AdapterPart[] {
  const taken = graphParams(config);
  return paramSpecs(config).flatMap(({ name: param, parts }) => {
    let next = 0;
    return parts.flatMap(({ hfName, shape }) => {
      const at = next;
      next += sizeOf(shape);
      const module = hfName.replace(/\.weight$/, '');
      if (!(loraTargets as readonly string[]).includes(nameOf(module)) || shape.length !== 2) return [];
      const [rows, width] = shape as [number, number];
      const weight = taken.find((t) => t.param === param && t.start <= at && at < t.start + sizeOf(t.shape))!;
      const start = (at - weight.start) / width;
      return [{ module, ...factorNames(module), rows, width, param, at, weight: weight.name, start }];
    });
  });
}

export function factorNames(module: string): { a: string; b: string } {
  const stem = `base_model.model.${module}`;
  return { a: `${stem}.lora_A.weight`, b: `${stem}.lora_B.weight` };
}

/** Names and shapes of all factors. */
export function factorSpecs(parts: readonly AdapterPart[], rank: number): { name: string; shape: [number, number] }[] {
  return parts.flatMap(({ a, b, rows, width }) => [
    { name: a, shape: [rank, width] as [number, number] },
    { name: b, shape: [rows, rank] as [number, number] },
  ]);
}

/** Factors that change nothing yet: A as PEFT draws it (Kaiming uniform: even in +-1/sqrt(in)), each from a stream of its own, B zero. */
export function freshFactors(parts: readonly AdapterPart[], rank: number, rng: Rng): Params {
  const out: Params = new Map();
  for (const { a, b, rows, width } of parts) {
    const bound = 1 / Math.sqrt(width);
    const stream = rng.fork(a);
    out.set(
      a,
      Float32Array.from({ length: rank * width }, () => bound * (2 * stream.next() - 1)),
    );
    out.set(b, new Float32Array(rows * rank));
  }
  return out;
}
