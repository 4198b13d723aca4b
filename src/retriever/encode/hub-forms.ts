/**
 * How texts are cut into tokens, as sentence-transformers and PyLate keep it: config_sentence_transformers.json (prompts; prefixes, lengths,
 * query expansion, skip list) and sentence_bert_config.json (longest text).
 */
import { join } from 'node:path';
import { writeJsonAtomic } from '../../core/files.js';
import { ConfigReader, readJsonObject } from '../../models/config-reader.js';
import { TEXT_FORM_FILES } from '../../models/encoders/folder.js';
import type { EncoderHead } from '../../models/encoders/types.js';
import type { FormTokenizer, TextForm, TextForms } from './text-form.js';
import { PLAIN_FORM } from './text-form.js';

const [CONFIG, LENGTHS] = TEXT_FORM_FILES;

/** Longest texts where nobody says otherwise: what the folder says, but within these, for mathematics is long. */
const LENGTH_RANGE = { query: [256, 512], document: [512, 1024] } as const;
/** Vocabularies of BERT and ModernBERT have these, untrained; they tell the sides apart where a folder has no prefixes. */
const FRESH_MARKERS = { query: '[unused0]', document: '[unused1]' } as const;
/** PyLate's prefixes and lengths where its file lacks them. */
const PYLATE = { query: { prefix: '[Q] ', length: 32 }, document: { prefix: '[D] ', length: 180 } } as const;
const PYLATE_KEYS = ['query_prefix', 'document_prefix', 'query_length', 'document_length', 'do_query_expansion'];

/** What the folder's forms depend on beside its files. */
export interface FormsFor {
  head: EncoderHead;
  /** Longest text that the encoder takes. */
  maxTokens: number;
  tokenizer: FormTokenizer;
}

/** The forms of a folder that others have made. Throws `model` with file and key at what is not done here. */
export async function readForms(folder: string, { head, maxTokens, tokenizer }: FormsFor): Promise<TextForms> {
  const file = join(folder, CONFIG);
  const reader = new ConfigReader((await readJsonObject(file, false)) ?? {}, file);
  const longest = await readLongest(folder);
  const range = (side: 'query' | 'document', length: number) => {
    const [least, most] = LENGTH_RANGE[side];
    return Math.min(maxTokens, Math.max(least, Math.min(most, length)));
  };
  if (head === 'single-vector') {
    const prompts = promptsOf(reader);
    const form = (side: 'query' | 'document'): TextForm => ({
      ...PLAIN_FORM,
      special: true,
      prefix: prompts[side],
      maxTokens: range(side, longest ?? 0),
    });
    return { query: form('query'), document: form('document') };
  }
  const isPylate = PYLATE_KEYS.some((key) => key in reader.raw) || reader.raw['model_type'] === 'ColBERT';
  const form = (side: 'query' | 'document'): TextForm => {
    const fallback = isPylate ? PYLATE[side].prefix : FRESH_MARKERS[side];
    const prefix = text(reader, `${side}_prefix`) ?? (tokenizer.tokenId(fallback) === undefined ? '' : fallback);
    const length = isPylate ? reader.integer(`${side}_length`, PYLATE[side].length) : 0;
    return { ...PLAIN_FORM, special: true, prefix, prefixAs: 'token', maxTokens: range(side, length) };
  };
  const [query, document] = [form('query'), form('document')];
  if (!isPylate) return { query, document };
  const skipping = { ...document, skip: skipWords(reader) };
  if (!reader.boolean('do_query_expansion', true)) return { query, document: skipping };
  const attended = reader.boolean('attend_to_expansion_tokens', false);
  // An encoder that fills its queries was trained with just so many tokens.
  const maxQuery = Math.min(maxTokens, reader.integer('query_length', PYLATE.query.length));
  const expand = { token: await fillToken(folder), attended };
  return { query: { ...query, expand, maxTokens: maxQuery }, document: skipping };
}

/** Writes forms so that PyLate, or sentence-transformers with a single vector, opens the folder. */
export async function writeForms(folder: string, { query, document }: TextForms, head: EncoderHead): Promise<void> {
  const late = head === 'late-interaction';
  const spoken = (form: TextForm) => (form.prefixAs === 'text' ? form.prefix : '');
  const prompts = { query: spoken(query), document: spoken(document) };
  const marker = ({ prefixAs, prefix }: TextForm) => (prefixAs === 'token' ? prefix : '');
  await writeJsonAtomic(join(folder, CONFIG), {
    model_type: late ? 'ColBERT' : 'SentenceTransformer',
    prompts,
    default_prompt_name: null,
    similarity_fn_name: late ? 'MaxSim' : 'cosine',
    ...(late && {
      query_prefix: marker(query),
      document_prefix: marker(document),
      query_length: query.maxTokens,
      document_length: document.maxTokens,
      do_query_expansion: query.expand !== null,
      attend_to_expansion_tokens: query.expand?.attended ?? false,
      skiplist_words: document.skip,
    }),
  });
  const longest = Math.max(query.maxTokens, document.maxTokens);
  await writeJsonAtomic(join(folder, LENGTHS), { max_seq_length: longest, do_lower_case: false });
}

async function readLongest(folder: string): Promise<number | undefined> {
  const file = join(folder, LENGTHS);
  const reader = new ConfigReader((await readJsonObject(file, false)) ?? {}, file);
  if (reader.boolean('do_lower_case', false))
    throw reader.error('do_lower_case', 'texts are lower-cased before the tokenizer, which is not done here', 'false');
  const length = reader.raw['max_seq_length'] ?? undefined;
  return length === undefined ? undefined : reader.integer('max_seq_length');
}

/** Prompts by side; where there is a default, for the side that has none of its own. */
function promptsOf(reader: ConfigReader): Record<'query' | 'document', string> {
  const prompts = (reader.raw['prompts'] ?? {}) as Record<string, unknown>;
  const normal = reader.raw['default_prompt_name'];
  const find = (...names: readonly unknown[]): string => {
    const name = names.find((one) => typeof one === 'string' && typeof prompts[one] === 'string');
    return name === undefined ? '' : (prompts[name as string] as string);
  };
  return { query: find('query', normal), document: find('document', 'passage', normal) };
}

function text(reader: ConfigReader, key: string): string | undefined {
  const value = reader.raw[key] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw reader.error(key, `${key} is ${JSON.stringify(value)}`, 'a text');
}

/** PyLate skips ASCII punctuation where its file says nothing. */
function skipWords(reader: ConfigReader): readonly string[] {
  const words = reader.raw['skiplist_words'] ?? [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'];
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words;
  throw reader.error('skiplist_words', `skiplist_words is ${JSON.stringify(words)}`, 'a list of texts');
}

/** What queries are filled with: the mask token, or the end token of vocabularies without one. */
async function fillToken(folder: string): Promise<string> {
  const file = join(folder, 'tokenizer_config.json');
  const reader = new ConfigReader((await readJsonObject(file, false)) ?? {}, file);
  for (const key of ['mask_token', 'eos_token', 'pad_token']) {
    const value = reader.raw[key];
    const content = typeof value === 'string' ? value : (value as { content?: unknown } | null | undefined)?.content;
    if (typeof content === 'string') return content;
  }
  throw reader.error('mask_token', 'queries are to be filled, and no token is named for it', 'a mask token');
}
