/** How texts of one side become token ids: all that must be equal at training, indexing and search. */
import type { Tokenizer } from '../../models/tokenizer.js';
import type { TokenizedTexts, TokenText } from './token-text.js';
import type { Side } from './types.js';

/** How the texts of a side are cut into tokens. Kept in retriever.json, and a part of the encoder's hash. */
export interface TextForm {
  /** Text put before every text; mostly empty. */
  prefix: string;
  /** Longer texts are cut at the end, and counted; special tokens are among them. */
  maxTokens: number;
}

/** The forms of both sides. */
export type TextForms = Readonly<Record<Side, TextForm>>;

/** Texts of a side to token ids. */
export type TokenizeTexts = (texts: readonly string[], side: Side) => TokenizedTexts;

/** Cuts texts into tokens as `forms` say. */
export function tokenizeBy(tokenizer: Pick<Tokenizer, 'encode'>, forms: TextForms): TokenizeTexts {
  return (texts, side) => {
    const { prefix, maxTokens } = forms[side];
    let truncated = 0;
    const cut = texts.map((text): TokenText => {
      const ids = tokenizer.encode(prefix + text);
      if (ids.length > maxTokens) truncated++;
      return { ids: ids.slice(0, maxTokens) };
    });
    return { texts: cut, truncated };
  };
}
