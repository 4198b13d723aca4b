/** ModernBERT as a tensor graph: rotary positions, global and local layers in turn, gated feed-forward parts, no biases. */
import { embedding, gelu, layerNorm, linear, mul, rotary, split, type Graph, type Tensor } from '../../tensor/index.js';
import { ropeTables } from '../hf-rope.js';
import { applyHead } from './head.js';
import { hubArchitecture } from './hub-config.js';
import { isGlobalLayer, modernBertParams, type ModernBertConfig } from './modern-bert-config.js';
import { globalMask, localMask, selfAttention, tokenPositions } from './self-attention.js';
import { fromRows, idRows, toRows, type TokenRows } from './token-rows.js';
import type { EncoderArchitecture, EncoderInputs, EncoderTensors } from './types.js';

export function modernBertArchitecture(config: ModernBertConfig): EncoderArchitecture {
  return {
    ...hubArchitecture(config, modernBertParams(config)),
    packs: true,
    vectors: (params, inputs) =>
      applyHead(config.head, params, modernBertHidden(config, params, inputs), inputs.attended),
    checkpoint: { rename: (name) => name.replace(/^model\./, ''), extras: /^(head|decoder)\./ },
  };
}

/** Hidden states after the last norm, [B, T, hidden]. */
function modernBertHidden(config: ModernBertConfig, params: EncoderTensors, inputs: EncoderInputs): Tensor {
  const { layers, heads, hidden, ffn, localReach, globalRopeTheta, localRopeTheta, trainEmbeddings } = config;
  const { ids, attended } = inputs;
  const tokens = inputs.where as TokenRows;
  const param = (name: string) => params.get(name) as Tensor;
  const noBias = attended.graph.constant(new Float32Array(hidden), [hidden]);
  const norm = (x: Tensor, name: string) => layerNorm(x, param(name), noBias, config.normEpsilon);
  const positions = tokenPositions(attended);
  const everywhere = globalMask(attended);
  const near = localMask(attended, positions, localReach);
  const turnGlobal = turner(attended.graph, config, globalRopeTheta, positions);
  const turnLocal = turner(attended.graph, config, localRopeTheta, positions);
  let x = norm(
    embedding(param('embed'), idRows(ids, tokens), trainEmbeddings ? {} : { gradient: 'none' }),
    'embedNorm',
  );
  for (let i = 0; i < layers; i++) {
    const at = `layers.${i}`;
    const whole = isGlobalLayer(config, i);
    const qkv = linear(i === 0 ? x : norm(x, `${at}.attentionNorm`), param(`${at}.qkv`));
    const mixed = selfAttention(
      fromRows(qkv, tokens),
      heads,
      whole ? everywhere : near,
      whole ? turnGlobal : turnLocal,
    );
    x = linear(toRows(mixed, tokens), param(`${at}.o`), { residual: x });
    const [up, gate] = split(linear(norm(x, `${at}.ffnNorm`), param(`${at}.upGate`)), 1, [ffn, ffn]);
    x = linear(mul(gelu(up as Tensor), gate as Tensor), param(`${at}.down`), { residual: x });
  }
  return fromRows(norm(x, 'norm'), tokens);
}

function turner(
  graph: Graph,
  { hidden, heads, maxTokens }: ModernBertConfig,
  ropeTheta: number,
  positions: Tensor,
): (x: Tensor) => Tensor {
  const headDim = hidden / heads;
  const tables = ropeTables({ ropeTheta }, headDim, maxTokens);
  const [cos, sin] = [tables.cos, tables.sin].map((table) => graph.constant(table, [maxTokens, headDim / 2]));
  return (x) => rotary(x, positions, cos as Tensor, sin as Tensor);
}
