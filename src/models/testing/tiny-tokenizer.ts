/** A small byte-level BPE tokenizer with a ChatML template, made on the spot: every text has a round trip. */
import { Tokenizer } from '../tokenizer.js';

const SPECIALS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];

/** What a tiny tokenizer may have beside its 256 bytes. */
export interface TinyOptions {
  /** Puts `<|endoftext|>` before every text. */
  bos?: boolean;
  /** true: {@link CHATML}; or a template of one's own. */
  chat?: boolean | string;
  /** Further control tokens. */
  specials?: readonly string[];
}

const MERGES = ['Ġ t', 'h e', 'Ġt he', 'Ċ Ċ', '} .', 'o l', 'i n'];

/** ChatML, with a default system message as many models have it. */
export const CHATML = `{% for m in messages %}{% if loop.first and m['role'] != 'system' %}<|im_start|>system
Be brief.<|im_end|>
{% endif %}<|im_start|>{{ m['role'] }}
{{ m['content'] }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

/** ChatML that opens the thinking of every answer, and cuts that of earlier turns, as templates of thinking models do. */
export const CHATML_THINKING = CHATML.replace(
  "{{ m['content'] }}",
  "{{ m['content'].split('</think>')[-1].lstrip('\\n') }}",
).replace('<|im_start|>assistant\n{% endif %}', '<|im_start|>assistant\n<think>\n{% endif %}');

/** GPT-2's printable stand-ins for the 256 bytes. */
function byteLetters(): string[] {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : next++));
}

/** tokenizer.json and tokenizer_config.json of the tiny tokenizer. */
export function tinyTokenizerFiles(options: TinyOptions = {}): {
  tokenizer: Record<string, unknown>;
  config: Record<string, unknown>;
} {
  const pieces = [...SPECIALS, ...byteLetters(), ...MERGES.map((m) => m.replace(' ', '')), ...(options.specials ?? [])];
  const specials = [...SPECIALS, ...(options.specials ?? [])];
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const begin = [{ SpecialToken: { id: SPECIALS[0], type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
  return {
    tokenizer: {
      version: '1.0',
      added_tokens: specials.map((content) => ({ id: pieces.indexOf(content), content, ...flags })),
      normalizer: null,
      pre_tokenizer: byteLevel,
      post_processor: options.bos
        ? {
            type: 'TemplateProcessing',
            single: begin,
            pair: begin,
            special_tokens: { '<|endoftext|>': { id: '<|endoftext|>', ids: [0], tokens: ['<|endoftext|>'] } },
          }
        : null,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        vocab,
        merges: MERGES.map((m) => m.split(' ')),
        unk_token: null,
        fuse_unk: false,
        byte_fallback: false,
      },
    },
    config: {
      bos_token: '<|endoftext|>',
      eos_token: { content: '<|endoftext|>' },
      ...(options.chat ? { chat_template: options.chat === true ? CHATML : options.chat } : {}),
    },
  };
}

export function tinyTokenizer(options: TinyOptions = {}): Tokenizer {
  return new Tokenizer(tinyTokenizerFiles(options));
}
