/**
 * The world's tokenizer: one token a word, number or sign, in the form of a Hugging Face `tokenizer.json` (WordLevel),
 * so that the base model opens anywhere. `\boxed{` is one token, as are the numbers 0 to 99.
 */
import { MAX_NUMBER } from './numbers.js';
import { documentWords } from './pretraining.js';
import { surfaceTexts } from './surface.js';
import { ALIASES } from './words.js';

export const UNKNOWN_TOKEN = '<unk>';
export const PAD_TOKEN = '<pad>';
/** Ends every document and every answer. */
export const END_TOKEN = '<end>';

/** A token is a match of this; what lies between matches is dropped. Runs the same in JavaScript and in Rust's regex. */
const TOKEN_PATTERN = '\\\\boxed\\{|[A-Za-z]+|[0-9]+|[^\\sA-Za-z0-9]';

/** Words and signs of solutions. */
const SOLUTION_TEXT = 'Front Back Then Answer \\boxed{ } = + - * . ,';

/** The text's tokens, as the tokenizer cuts it. */
export function cutTokens(text: string): string[] {
  return text.match(new RegExp(TOKEN_PATTERN, 'g')) ?? [];
}

/** All tokens in the order of their ids. */
export function worldVocabulary(): string[] {
  const numbers = Array.from({ length: MAX_NUMBER + 1 }, (_, n) => String(n));
  const words = [SOLUTION_TEXT, ...documentWords(), ...surfaceTexts(), ...ALIASES].flatMap(cutTokens);
  return [...new Set([PAD_TOKEN, UNKNOWN_TOKEN, END_TOKEN, ...numbers, ...words])];
}

interface AddedToken {
  id: number;
  content: string;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
  special: boolean;
}

/** The files of the tokenizer as plain objects. */
export interface WorldTokenizer {
  vocabulary: string[];
  /** `tokenizer.json`. */
  tokenizer: Record<string, unknown>;
  /** `tokenizer_config.json`. */
  config: Record<string, unknown>;
}

export function worldTokenizer(): WorldTokenizer {
  const vocabulary = worldVocabulary();
  const added = [PAD_TOKEN, UNKNOWN_TOKEN, END_TOKEN].map((content): AddedToken => ({
    id: vocabulary.indexOf(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  return {
    vocabulary,
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: null,
      pre_tokenizer: { type: 'Split', pattern: { Regex: TOKEN_PATTERN }, behavior: 'Removed', invert: true },
      post_processor: null,
      decoder: null,
      model: {
        type: 'WordLevel',
        vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
        unk_token: UNKNOWN_TOKEN,
      },
    },
    config: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      clean_up_tokenization_spaces: false,
      model_max_length: 256,
      pad_token: PAD_TOKEN,
      unk_token: UNKNOWN_TOKEN,
      eos_token: END_TOKEN,
      bos_token: null,
    },
  };
}
