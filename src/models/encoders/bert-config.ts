/** BERT (Devlin et al., 2019), as MiniLM, BGE and E5 have it: config.json and parameters. */
import { ConfigReader } from '../config-reader.js';
import type { HeadConfig } from './head.js';
import { hubJson, hubParam, readHubConfig, requireValue, type HubEncoderConfig } from './hub-config.js';
import type { EncoderParam } from './types.js';

export interface BertConfig extends HubEncoderConfig {
  kind: 'bert';
  /** Rows of the token type table; all tokens are of the first. */
  typeVocab: number;
}

/** Reads config.json of a BertModel. Throws `model` with file and key at sizes or kinds that are not computed here. */
export function parseBertJson(raw: Record<string, unknown>, file: string, head: HeadConfig): BertConfig {
  const reader = new ConfigReader(raw, file);
  requireValue(reader, 'hidden_act', 'gelu');
  requireValue(reader, 'position_embedding_type', 'absolute');
  requireValue(reader, 'is_decoder', false);
  const shared = readHubConfig(reader, head, { key: 'layer_norm_eps', fallback: 1e-12 });
  return { kind: 'bert', ...shared, typeVocab: reader.integer('type_vocab_size', 2) };
}

export function toBertJson(config: BertConfig): Record<string, unknown> {
  return {
    architectures: ['BertModel'],
    model_type: 'bert',
    ...hubJson(config),
    hidden_act: 'gelu',
    layer_norm_eps: config.normEpsilon,
    type_vocab_size: config.typeVocab,
  };
}

/**
 * Parameters below the head: `embed`, `positions`, `types`, `embedNorm`, `embedNormBias` and, under `layers.N.`, `qkv`, `o`,
 * `attentionNorm`, `up`, `down`, `ffnNorm`, each with its bias.
 */
export function bertParams(config: BertConfig): EncoderParam[] {
  const { vocab, hidden, ffn, layers, maxTokens, typeVocab, trainEmbeddings, frozenLayers } = config;
  const around = frozenLayers === 0;
  const table = (name: string, from: string, rows: number, trained: boolean) =>
    hubParam(name, [`embeddings.${from}.weight`], [rows, hidden], trained);
  const params = [
    table('embed', 'word_embeddings', vocab, trainEmbeddings),
    table('positions', 'position_embeddings', maxTokens, around),
    table('types', 'token_type_embeddings', typeVocab, around),
    hubParam('embedNorm', ['embeddings.LayerNorm.weight'], [hidden], around),
    hubParam('embedNormBias', ['embeddings.LayerNorm.bias'], [hidden], around),
  ];
  for (let i = 0; i < layers; i++) {
    const trained = i >= frozenLayers;
    const product = (name: string, from: readonly string[], rows: number, columns: number) => {
      const names = (end: string) => from.map((one) => `encoder.layer.${i}.${one}.${end}`);
      params.push(
        hubParam(`layers.${i}.${name}`, names('weight'), [rows, columns], trained),
        hubParam(`layers.${i}.${name}Bias`, names('bias'), [rows], trained),
      );
    };
    const norm = (name: string, from: string) => {
      const at = `encoder.layer.${i}.${from}.LayerNorm`;
      params.push(
        hubParam(`layers.${i}.${name}`, [`${at}.weight`], [hidden], trained),
        hubParam(`layers.${i}.${name}Bias`, [`${at}.bias`], [hidden], trained),
      );
    };
    product(
      'qkv',
      ['query', 'key', 'value'].map((x) => `attention.self.${x}`),
      hidden,
      hidden,
    );
    product('o', ['attention.output.dense'], hidden, hidden);
    norm('attentionNorm', 'attention.output');
    product('up', ['intermediate.dense'], ffn, hidden);
    product('down', ['output.dense'], hidden, ffn);
    norm('ffnNorm', 'output');
  }
  return params;
}
