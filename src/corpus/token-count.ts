/** Lengths of texts in tokens: by a model's tokenizer, or estimated without one. */
import { Tokenizer } from '../models/index.js';

export interface TokenCounter {
  /** What the numbers are, for captions. */
  unit: 'tokens' | 'tokens (estimated)';
  count(text: string): number;
}

/**
 * Counts with the tokenizer of a model folder. Without one a word, a digit and a sign are a token each: what byte-pair
 * vocabularies make of mathematical English, about.
 */
export async function openTokenCounter(folder: string | null): Promise<TokenCounter> {
  if (folder === null) {
    const pieces = /\p{L}+|\p{N}|[^\s\p{L}\p{N}]/gu;
    return { unit: 'tokens (estimated)', count: (text) => text.match(pieces)?.length ?? 0 };
  }
  const tokenizer = await Tokenizer.load(folder);
  return { unit: 'tokens', count: (text) => tokenizer.encode(text).length };
}
