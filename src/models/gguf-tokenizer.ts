/** The tokenizer inside a GGUF file, rebuilt as tokenizer.json and tokenizer_config.json (byte-level BPE kinds). */
import { RaRftError } from '../core/errors.js';
import type { GgufFile } from './gguf.js';

type Json = Record<string, unknown>;

/** GGUF's token types. */
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const REST = '| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const byteLevel = (useRegex: boolean): Json => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const splitThenBytes = (pattern: string): Json => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    byteLevel(false),
  ],
});
const words = (numbers: string) => `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${numbers}${REST}`;

/** How text is cut into pieces before BPE, by `tokenizer.ggml.pre`; `ignoreMerges`: a whole piece in the vocabulary is taken as it is. */
const PRE_TOKENIZERS: Record<string, { pre: Json; nfc?: boolean; ignoreMerges?: boolean }> = {
  'gpt-2': { pre: byteLevel(true) },
  smollm: { pre: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(true)] } },
  qwen2: { pre: splitThenBytes(words('\\p{N}')), nfc: true },
  'llama-bpe': { pre: splitThenBytes(words('\\p{N}{1,3}')), ignoreMerges: true },
};

/** Contents of tokenizer.json and tokenizer_config.json. Throws `model` at kinds of tokenizers that cannot be rebuilt. */
export function ggufTokenizer(file: GgufFile): { tokenizer: Json; config: Json } {
  const fail = (key: string, message: string, expected: string) =>
    new RaRftError({
      code: 'model',
      message,
      where: `${file.path}: tokenizer.ggml.${key}`,
      expected,
      hint: "Give a folder with the model's own tokenizer.json (--tokenizer).",
    });
  const model = file.text('tokenizer.ggml.model');
  if (model !== 'gpt2')
    throw fail('model', `a tokenizer of kind ${JSON.stringify(model)} cannot be rebuilt`, 'gpt2 (byte-level BPE)');
  const pre = file.text('tokenizer.ggml.pre') ?? 'gpt-2';
  const kind = PRE_TOKENIZERS[pre];
  if (!kind)
    throw fail('pre', `pre-tokenizer ${JSON.stringify(pre)} is not known`, Object.keys(PRE_TOKENIZERS).join(', '));
  const tokens = file.texts('tokenizer.ggml.tokens');
  const merges = file.texts('tokenizer.ggml.merges');
  if (!tokens || !merges)
    throw fail('tokens', 'the vocabulary or its merges are missing', 'tokenizer.ggml.tokens and tokenizer.ggml.merges');
  const types = file.numbers('tokenizer.ggml.token_type') ?? [];
  const vocab: Record<string, number> = {};
  const added: Json[] = [];
  for (const [id, content] of tokens.entries()) {
    if (types[id] === UNUSED) continue; // padding of the table; no text leads there
    vocab[content] = id;
    if (types[id] !== CONTROL && types[id] !== USER_DEFINED) continue;
    added.push({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: types[id] === CONTROL,
    });
  }
  const special = (name: string) => tokens[file.number(`tokenizer.ggml.${name}_token_id`) ?? -1];
  const bos = file.boolean('tokenizer.ggml.add_bos_token') ? special('bos') : undefined;
  const tokenizer: Json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: kind.nfc ? { type: 'NFC' } : null,
    pre_tokenizer: kind.pre,
    post_processor: bos === undefined ? byteLevel(true) : beginWith(bos, vocab[bos] ?? 0),
    decoder: byteLevel(true),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: kind.ignoreMerges ?? false,
      vocab,
      merges: merges.map((merge) => merge.split(' ')),
    },
  };
  const names = {
    bos_token: special('bos'),
    eos_token: special('eos'),
    unk_token: special('unknown'),
    pad_token: special('padding'),
  };
  const config: Json = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...Object.fromEntries(Object.entries(names).filter(([, text]) => text !== undefined)),
    add_prefix_space: false,
    clean_up_tokenization_spaces: false,
    ...(file.text('tokenizer.chat_template') === undefined
      ? {}
      : { chat_template: file.text('tokenizer.chat_template') }),
  };
  return { tokenizer, config };
}

function beginWith(token: string, id: number): Json {
  const sequence = (name: 'A' | 'B', type: number): Json[] => [
    { SpecialToken: { id: token, type_id: type } },
    { Sequence: { id: name, type_id: type } },
  ];
  return {
    type: 'TemplateProcessing',
    single: sequence('A', 0),
    pair: [...sequence('A', 0), ...sequence('B', 1)],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}
