/**
 * BERT (Devlin et al., 2019), as MiniLM, BGE and E5 have it, and two that differ from it in places: RoBERTa (Liu et al., 2019) and MPNet
 * (Song et al., 2020). config.json and parameters.
 */
import { ConfigReader } from '../config-reader.js';
import type { HeadConfig } from './head.js';
import { hubJson, hubParam, readHubConfig, requireValue, type HubEncoderConfig } from './hub-config.js';
import type { EncoderParam } from './types.js';

export interface BertConfig extends HubEncoderConfig {
  kind: 'bert';
  /** Rows of the token type table; all tokens are of the first. 0: there is none. */
  typeVocab: number;
  /** Left out: BERT itself. */
  variant?: 'roberta' | 'mpnet';
  /** MPNet: rows of the table of what is added to attention scores by the distance of two tokens, one column a head. */
  distanceBuckets?: number;
}

/** Row of the first token's position: the variants keep one for padding, behind another that nothing uses. */
const FIRST_POSITION = 2;

/** Row of the position table at which a text begins. */
export function firstPosition({ variant }: Pick<BertConfig, 'variant'>): number {
  return variant === undefined ? 0 : FIRST_POSITION;
}

/** Values of model_type that {@link parseBertJson} reads. */
export const bertTypes: readonly unknown[] = ['bert', 'roberta', 'mpnet'];

/** Reads config.json of a BertModel, RobertaModel or MPNetModel. Throws `model` with file and key at sizes or kinds that are not computed here. */
export function parseBertJson(raw: Record<string, unknown>, file: string, head: HeadConfig): BertConfig {
  const reader = new ConfigReader(raw, file);
  requireValue(reader, 'hidden_act', 'gelu');
  requireValue(reader, 'position_embedding_type', 'absolute');
  requireValue(reader, 'is_decoder', false);
  const shared = readHubConfig(reader, head, { key: 'layer_norm_eps', fallback: 1e-12 });
  const type = raw['model_type'];
  if (type === 'bert') return { kind: 'bert', ...shared, typeVocab: reader.integer('type_vocab_size', 2) };
  requireValue(reader, 'pad_token_id', FIRST_POSITION - 1);
  const maxTokens = shared.maxTokens - FIRST_POSITION;
  if (maxTokens < 1)
    throw reader.error('max_position_embeddings', `${shared.maxTokens} positions`, `more than ${FIRST_POSITION}`);
  if (type === 'roberta')
    return {
      kind: 'bert',
      variant: 'roberta',
      ...shared,
      maxTokens,
      typeVocab: reader.integer('type_vocab_size', 2),
    };
  const distanceBuckets = reader.integer('relative_attention_num_buckets', 32);
  if (distanceBuckets % 4 !== 0)
    throw reader.error('relative_attention_num_buckets', `${distanceBuckets} buckets of distances`, 'a multiple of 4');
  return { kind: 'bert', variant: 'mpnet', ...shared, maxTokens, typeVocab: 0, distanceBuckets };
}

export function toBertJson(config: BertConfig): Record<string, unknown> {
  const { variant, normEpsilon, typeVocab, maxTokens, distanceBuckets } = config;
  const names = { bert: 'BertModel', roberta: 'RobertaModel', mpnet: 'MPNetModel' };
  const type = variant ?? 'bert';
  return {
    architectures: [names[type]],
    model_type: type,
    ...hubJson(config),
    hidden_act: 'gelu',
    layer_norm_eps: normEpsilon,
    max_position_embeddings: maxTokens + firstPosition(config),
    ...(typeVocab > 0 && { type_vocab_size: typeVocab }),
    ...(distanceBuckets !== undefined && { relative_attention_num_buckets: distanceBuckets }),
  };
}

/** Where checkpoints keep the parts of attention. */
const BERT_NAMES = {
  qkv: ['query', 'key', 'value'].map((x) => `attention.self.${x}`),
  o: 'attention.output.dense',
  attentionNorm: 'attention.output',
};
const MPNET_NAMES = {
  qkv: ['q', 'k', 'v'].map((x) => `attention.attn.${x}`),
  o: 'attention.attn.o',
  attentionNorm: 'attention',
};

/**
 * Parameters below the head: `embed`, `positions`, `types` (where there are any), `embedNorm`, `embedNormBias`, `distances` (of MPNet;
 * training leaves it as it is) and, under `layers.N.`, `qkv`, `o`, `attentionNorm`, `up`, `down`, `ffnNorm`, each with its bias.
 */
export function bertParams(config: BertConfig): EncoderParam[] {
  const { vocab, hidden, heads, ffn, layers, maxTokens, typeVocab, trainEmbeddings, frozenLayers } = config;
  const around = frozenLayers === 0;
  const table = (name: string, from: string, rows: number, trained: boolean) =>
    hubParam(name, [`embeddings.${from}.weight`], [rows, hidden], trained);
  const params = [
    table('embed', 'word_embeddings', vocab, trainEmbeddings),
    table('positions', 'position_embeddings', maxTokens + firstPosition(config), around),
    ...(typeVocab > 0 ? [table('types', 'token_type_embeddings', typeVocab, around)] : []),
    hubParam('embedNorm', ['embeddings.LayerNorm.weight'], [hidden], around),
    hubParam('embedNormBias', ['embeddings.LayerNorm.bias'], [hidden], around),
  ];
  const buckets = config.distanceBuckets;
  if (buckets !== undefined)
    params.push(hubParam('distances', ['encoder.relative_attention_bias.weight'], [buckets, heads], false));
  const from = config.variant === 'mpnet' ? MPNET_NAMES : BERT_NAMES;
  for (let i = 0; i < layers; i++) {
    const trained = i >= frozenLayers;
    const product = (name: string, parts: readonly string[], rows: number, columns: number) => {
      const names = (end: string) => parts.map((one) => `encoder.layer.${i}.${one}.${end}`);
      params.push(
        hubParam(`layers.${i}.${name}`, names('weight'), [rows, columns], trained),
        hubParam(`layers.${i}.${name}Bias`, names('bias'), [rows], trained),
      );
    };
    const norm = (name: string, part: string) => {
      const at = `encoder.layer.${i}.${part}.LayerNorm`;
      params.push(
        hubParam(`layers.${i}.${name}`, [`${at}.weight`], [hidden], trained),
        hubParam(`layers.${i}.${name}Bias`, [`${at}.bias`], [hidden], trained),
      );
    };
    product('qkv', from.qkv, hidden, hidden);
    product('o', [from.o], hidden, hidden);
    norm('attentionNorm', from.attentionNorm);
    product('up', ['intermediate.dense'], ffn, hidden);
    product('down', ['output.dense'], hidden, ffn);
    norm('ffnNorm', 'output');
  }
  return params;
}
