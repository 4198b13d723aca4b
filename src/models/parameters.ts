/**
 * A decoder's parameters. The engine keeps q/k/v as one weight and gate/up as one weight (fewer, wider products);
 * Hugging Face weights are [out, in], so such a fused weight is its parts stacked by rows, each a contiguous sub-view.
 */
import type { Rng } from '../core/rng.js';
import type { DecoderConfig } from './hf-config.js';

/** A tensor of the checkpoint inside a parameter: its rows are contiguous, parts follow each other in order. */
export interface ParamPart {
  /** Name in the checkpoint. */
  hfName: string;
  /** Rows of the parameter that belong to it (elements, for a vector). */
  rows: number;
  /** Its shape in the checkpoint. */
  shape: number[];
}

/** A parameter as the engine keeps it. */
export interface ParamSpec {
  name: string;
  shape: number[];
  parts: ParamPart[];
  /** Weight decay applies: matrices yes, norms and biases no. */
  decay: boolean;
}

/** Parameters by name, each a Float32Array of the spec's shape, row by row. */
export type Params = Map<string, Float32Array>;

/**
 * All parameters in a fixed order. Names: `embed`, `norm`, `head` (untied only) and, under `layers.N.`,
 * `inputNorm`, `qkv`, `qkvBias`, `qNorm`, `kNorm`, `o`, `postNorm`, `gateUp`, `down`.
 */
export function paramSpecs(config: DecoderConfig): ParamSpec[] {
  const { hidden, heads, kvHeads, headDim, ffn, vocab } = config;
  const specs = [matrix('embed', hidden, [['model.embed_tokens.weight', vocab]])];
  for (let i = 0; i < config.layers; i++) {
    const to = `layers.${i}`;
    const from = `model.layers.${i}`;
    const rows = { q: heads * headDim, k: kvHeads * headDim, v: kvHeads * headDim };
    const qkv = (kind: string): [string, number][] =>
      Object.entries(rows).map(([x, n]) => [`${from}.self_attn.${x}_proj.${kind}`, n]);
    specs.push(
      vector(`${to}.inputNorm`, [[`${from}.input_layernorm.weight`, hidden]]),
      matrix(`${to}.qkv`, hidden, qkv('weight')),
    );
    if (config.qkvBias) specs.push(vector(`${to}.qkvBias`, qkv('bias')));
    if (config.qkNorm) {
      specs.push(vector(`${to}.qNorm`, [[`${from}.self_attn.q_norm.weight`, headDim]]));
      specs.push(vector(`${to}.kNorm`, [[`${from}.self_attn.k_norm.weight`, headDim]]));
    }
    specs.push(
      matrix(`${to}.o`, heads * headDim, [[`${from}.self_attn.o_proj.weight`, hidden]]),
      vector(`${to}.postNorm`, [[`${from}.post_attention_layernorm.weight`, hidden]]),
      matrix(`${to}.gateUp`, hidden, [
        [`${from}.mlp.gate_proj.weight`, ffn],
        [`${from}.mlp.up_proj.weight`, ffn],
      ]),
      matrix(`${to}.down`, ffn, [[`${from}.mlp.down_proj.weight`, hidden]]),
    );
  }
  specs.push(vector('norm', [['model.norm.weight', hidden]]));
  if (!config.tied) specs.push(matrix('head', hidden, [['lm_head.weight', vocab]]));
  return specs;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Number of parameters of the model (a tied head counts once). */
export function countParams(config: DecoderConfig): number {
  return paramSpecs(config).reduce((sum, spec) => sum + sizeOf(spec.shape), 0);
}

/** A parameter's data cut into its parts: views, no copies. */
export function partViews(spec: ParamSpec, data: Float32Array): { part: ParamPart; data: Float32Array }[] {
  let start = 0;
  return spec.parts.map((part) => {
    const view = data.subarray(start, start + sizeOf(part.shape));
    start += view.length;
    return { part, data: view };
  });
}

/**
 * Fresh parameters: matrices normal with the given deviation, norms 1, biases 0. Each parameter draws from its own
 * stream (`rng` forked by name), so two configs that share a layer share its weights.
 */
export function randomParams(config: DecoderConfig, rng: Rng, options: { deviation?: number } = {}): Params {
  const deviation = options.deviation ?? 0.02;
  const params: Params = new Map();
  for (const spec of paramSpecs(config)) {
    const data = new Float32Array(sizeOf(spec.shape));
    if (spec.decay) fillNormal(data, rng.fork(spec.name), deviation);
    else if (!spec.name.endsWith('Bias')) data.fill(1);
    params.set(spec.name, data);
  }
  return params;
}

/** Box-Muller with both values of a pair used: half the cost of `rng.normal()`, which matters for 10^8 draws. */
function fillNormal(out: Float32Array, rng: Rng, deviation: number): void {
  for (let i = 0; i < out.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - rng.next()));
    const angle = 2 * Math.PI * rng.next();
    out[i] = radius * Math.cos(angle);
    if (i + 1 < out.length) out[i + 1] = radius * Math.sin(angle);
  }
}

function matrix(name: string, columns: number, parts: [string, number][]): ParamSpec {
  const total = parts.reduce((sum, [, rows]) => sum + rows, 0);
  return {
    name,
    shape: [total, columns],
    parts: parts.map(([hfName, rows]) => ({ hfName, rows, shape: [rows, columns] })),
    decay: true,
  };
}

function vector(name: string, parts: [string, number][]): ParamSpec {
  const total = parts.reduce((sum, [, rows]) => sum + rows, 0);
  return {
    name,
    shape: [total],
    parts: parts.map(([hfName, rows]) => ({ hfName, rows, shape: [rows] })),
    decay: false,
  };
}
