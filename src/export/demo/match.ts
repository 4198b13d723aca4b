/** The token match of a question and a trace in the texts of its tokens, to be drawn. */
import type { TokenText } from '../../retriever/encode/token-text.js';
import { matchTokens, type TokenMatch } from '../../retriever/score/token-match.js';

/** Empty `matches` where a text is one vector, which meets no token. */
export interface DrawnMatch {
  query: string[];
  document: string[];
  /** Of each token of the query. */
  matches: TokenMatch[];
}

interface Encoded {
  tokens: TokenText;
  vectors: Float32Array;
}

/** Tokens whose vectors count, and the best partner of each of the query's. */
export function matchTexts(
  query: Encoded,
  document: Encoded,
  { dim, textOf }: { dim: number; textOf: (id: number) => string },
): DrawnMatch {
  const [asked, found] = [query, document].map(({ tokens }) => keptIds(tokens).map(textOf)) as [string[], string[]];
  const isByToken = query.vectors.length === asked.length * dim && document.vectors.length === found.length * dim;
  return { query: asked, document: found, matches: isByToken ? matchTokens(query.vectors, document.vectors, dim) : [] };
}

function keptIds({ ids, kept }: TokenText): number[] {
  return [...ids].filter((_, at) => kept?.[at] !== 0);
}
