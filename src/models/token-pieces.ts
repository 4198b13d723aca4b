/** A text token by token, for people to look at. Pure. */
import type { Tokenizer } from './tokenizer.js';

/** What tokens `from` up to and without `to` say. */
export interface TokenPiece {
  text: string;
  from: number;
  to: number;
  /** A control token. */
  special: boolean;
}

/** Tokens of one character at most: UTF-8 has no more bytes. */
const MOST = 4;
const UNFINISHED = '\uFFFD';

/**
 * The text of each token, exactly as it stands in the whole. Tokens that are no whole character by themselves (byte-level vocabularies
 * cut emoji and rare letters into bytes) are one piece. Special tokens are written out.
 */
export function tokenPieces(
  tokenizer: Pick<Tokenizer, 'decode' | 'specialIds'>,
  tokens: ArrayLike<number>,
): TokenPiece[] {
  const ids = Array.from(tokens);
  const textOf = (from: number, to: number) => tokenizer.decode(ids.slice(from, to), { special: true });
  const pieces: TokenPiece[] = [];
  // What a token says may hang on the one before it (a space is left out at the beginning of a text).
  let [before, from] = [0, 0];
  for (let to = 1; to <= ids.length; to++) {
    const known = textOf(before, from);
    const text = textOf(before, to);
    const whole = !text.endsWith(UNFINISHED) || to - from >= MOST || to === ids.length;
    if (!whole) continue;
    const special = to - from === 1 && tokenizer.specialIds.has(ids[from] as number);
    pieces.push({ text: text.startsWith(known) ? text.slice(known.length) : textOf(from, to), from, to, special });
    [before, from] = [from, to];
  }
  return pieces;
}
