/**
 * A tokenizer made from texts alone, for encoders that begin with nothing: their frequent words, and all of their characters to spell the
 * others with (WordPiece, lower case). It is written as an ordinary tokenizer.json.
 */
/** Words beside the characters. */
const MOST_WORDS = 20_000;
const UNKNOWN = '[UNK]';
const PREFIX = '##';

/** tokenizer.json and tokenizer_config.json. */
export interface WordTokenizerFiles {
  tokenizer: Record<string, unknown>;
  config: Record<string, unknown>;
}

/** The tokenizer of some texts: words that stand there at least twice, the most frequent ones first. */
export function wordTokenizer(texts: Iterable<string>): WordTokenizerFiles {
  const counts = wordCounts(texts);
  const characters = [...new Set([...counts.keys()].flatMap((word) => [...word]))].toSorted();
  const frequent = [...counts]
    .filter(([word, count]) => count > 1 && [...word].length > 1)
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MOST_WORDS)
    .map(([word]) => word);
  const pieces = [UNKNOWN, ...characters, ...characters.map((character) => PREFIX + character), ...frequent];
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [{ id: 0, content: UNKNOWN, ...flags }],
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: false,
        lowercase: true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: null,
      decoder: { type: 'WordPiece', prefix: PREFIX, cleanup: false },
      model: {
        type: 'WordPiece',
        unk_token: UNKNOWN,
        continuing_subword_prefix: PREFIX,
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      },
    },
    config: { tokenizer_class: 'PreTrainedTokenizerFast', clean_up_tokenization_spaces: false, unk_token: UNKNOWN },
  };
}

/** Words and marks as BERT's pre-tokenizer parts them, with how often they stand there. */
function wordCounts(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
