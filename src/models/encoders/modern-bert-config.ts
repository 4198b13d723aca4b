/** ModernBERT (Warner et al., 2024): config.json, of Transformers 4 or 5, and parameters. */
import { ConfigReader } from '../config-reader.js';
import type { HeadConfig } from './head.js';
import { hubJson, hubParam, readHubConfig, requireValue, type HubEncoderConfig } from './hub-config.js';
import type { EncoderParam } from './types.js';

export interface ModernBertConfig extends HubEncoderConfig {
  kind: 'modern-bert';
  /** Every n-th layer, the first among them, looks at the whole text; the others at what is near. */
  globalEvery: number;
  /** Places to either side that a local layer looks at: half of config.json's `local_attention`. */
  localReach: number;
  /** RoPE's base in global and in local layers. */
  globalRopeTheta: number;
  localRopeTheta: number;
}

/** Whether a layer looks at the whole text. */
export function isGlobalLayer({ globalEvery }: Pick<ModernBertConfig, 'globalEvery'>, layer: number): boolean {
  return layer % globalEvery === 0;
}

/** Reads config.json of a ModernBertModel. Throws `model` with file and key at sizes or kinds that are not computed here. */
export function parseModernBertJson(raw: Record<string, unknown>, file: string, head: HeadConfig): ModernBertConfig {
  const reader = new ConfigReader(raw, file);
  requireValue(reader, 'hidden_activation', 'gelu');
  for (const key of ['norm_bias', 'attention_bias', 'mlp_bias']) requireValue(reader, key, false);
  const shared = readHubConfig(reader, head, { key: 'norm_eps', fallback: 1e-5 });
  const globalRopeTheta = ropeTheta(reader, 'full_attention', 'global_rope_theta', 160_000);
  return {
    kind: 'modern-bert',
    ...shared,
    globalEvery: globalEvery(reader, shared.layers),
    localReach: Math.floor(reader.integer('local_attention', 128) / 2),
    globalRopeTheta,
    // Written as null, it is the global one.
    localRopeTheta:
      raw['local_rope_theta'] === null
        ? globalRopeTheta
        : ropeTheta(reader, 'sliding_attention', 'local_rope_theta', 10_000),
  };
}

/** `rope_parameters` by kind of layer (Transformers 5), else a key of its own (4). */
function ropeTheta(reader: ConfigReader, layers: string, key: string, fallback: number): number {
  requireValue(reader, 'rope_scaling', null);
  const byKind = (reader.raw['rope_parameters'] ?? {}) as Record<string, Record<string, unknown> | null>;
  const own = new ConfigReader(byKind[layers] ?? {}, `${reader.file}: rope_parameters.${layers}`);
  requireValue(own, 'rope_type', 'default');
  return own.raw['rope_theta'] === undefined ? reader.number(key, fallback) : own.number('rope_theta');
}

/** `layer_types` (Transformers 5), else `global_attn_every_n_layers` (4). */
function globalEvery(reader: ConfigReader, layers: number): number {
  const types = reader.raw['layer_types'];
  if (types === undefined || types === null) return reader.integer('global_attn_every_n_layers', 3);
  const named = (n: number) =>
    Array.from({ length: layers }, (_, i) => (i % n === 0 ? 'full_attention' : 'sliding_attention'));
  for (let n = 1; n <= layers; n++) if (JSON.stringify(named(n)) === JSON.stringify(types)) return n;
  throw reader.error(
    'layer_types',
    `layer_types is ${JSON.stringify(types)}`,
    `${layers} names, every n-th from the first "full_attention", the others "sliding_attention"`,
  );
}

export function toModernBertJson(config: ModernBertConfig): Record<string, unknown> {
  return {
    architectures: ['ModernBertModel'],
    model_type: 'modernbert',
    ...hubJson(config),
    hidden_activation: 'gelu',
    norm_eps: config.normEpsilon,
    global_attn_every_n_layers: config.globalEvery,
    local_attention: 2 * config.localReach,
    global_rope_theta: config.globalRopeTheta,
    local_rope_theta: config.localRopeTheta,
  };
}

/**
 * Parameters below the head: `embed`, `embedNorm`, under `layers.N.` `attentionNorm` (not in the first), `qkv`, `o`, `ffnNorm`,
 * `upGate`, `down`, and a last `norm`.
 */
export function modernBertParams(config: ModernBertConfig): EncoderParam[] {
  const { vocab, hidden, ffn, layers, trainEmbeddings, frozenLayers } = config;
  const around = frozenLayers === 0;
  const params = [
    hubParam('embed', ['embeddings.tok_embeddings.weight'], [vocab, hidden], trainEmbeddings),
    hubParam('embedNorm', ['embeddings.norm.weight'], [hidden], around),
  ];
  for (let i = 0; i < layers; i++) {
    const own = (name: string, from: string, size: readonly [number, number?]) =>
      hubParam(`layers.${i}.${name}`, [`layers.${i}.${from}.weight`], size, i >= frozenLayers);
    if (i > 0) params.push(own('attentionNorm', 'attn_norm', [hidden]));
    params.push(
      own('qkv', 'attn.Wqkv', [3 * hidden, hidden]),
      own('o', 'attn.Wo', [hidden, hidden]),
      own('ffnNorm', 'mlp_norm', [hidden]),
      own('upGate', 'mlp.Wi', [2 * ffn, hidden]),
      own('down', 'mlp.Wo', [hidden, ffn]),
    );
  }
  params.push(hubParam('norm', ['final_norm.weight'], [hidden], true));
  return params;
}
