/** Matches of tokens as people read them. */
import type { Tokenizer } from '../../models/tokenizer.js';
import { matchTokens, type TokenMatch } from '../score/token-match.js';
import { splitTexts, type TokenVectors } from './token-vectors.js';
import type { Side, TrainableEncoder } from './types.js';

/** Why a document has its score: both sides token by token. */
export interface TextMatch {
  /** Tokens of the question that have vectors. */
  query: string[];
  /** Those of the chunk of the document that the score is of. */
  document: string[];
  /** Which chunk that is, from 0. */
  chunk: number;
  /** For every token of the question the nearest of the document; empty where the document has none. */
  matches: TokenMatch[];
}

export class WordMatcher {
  private readonly encoder: Pick<TrainableEncoder, 'info' | 'tokenize'>;
  private readonly tokenizer: Pick<Tokenizer, 'decode' | 'tokenText'>;

  constructor(
    encoder: Pick<TrainableEncoder, 'info' | 'tokenize'>,
    tokenizer: Pick<Tokenizer, 'decode' | 'tokenText'>,
  ) {
    this.encoder = encoder;
    this.tokenizer = tokenizer;
  }

  /** Texts beside their vectors. Undefined where the encoder gives one vector a text: there are no tokens to match then. */
  match(
    question: string,
    questionVectors: Float32Array,
    document: string,
    documentVectors: TokenVectors,
  ): TextMatch | undefined {
    const { dim } = this.encoder.info;
    const [query = []] = this.wordsOf(question, 'query');
    const { matches, chunk } = bestChunk(questionVectors, documentVectors);
    const words = this.wordsOf(document, 'document')[chunk] ?? [];
    const byToken =
      query.length * dim === questionVectors.length && words.length === (documentVectors.lengths[chunk] ?? 0);
    return byToken ? { query, document: words, chunk, matches } : undefined;
  }

  /** The tokens that have vectors, of each chunk of a text. */
  private wordsOf(text: string, side: Side): string[][] {
    const [chunks = []] = this.encoder.tokenize([text], side).texts;
    return chunks.map(({ ids, kept }) =>
      [...ids]
        .filter((_, i) => kept?.[i] !== 0)
        .map((id) => this.tokenizer.decode([id], { special: true }) || (this.tokenizer.tokenText(id) ?? '')),
    );
  }
}

/** The chunk with the best score, and its matches; the first of equals, as in search. */
function bestChunk(query: Float32Array, document: TokenVectors): { matches: TokenMatch[]; chunk: number } {
  const chunks = splitTexts(document, Array<number>(document.lengths.length).fill(1));
  const matches_C = chunks.map(({ vectors, dim }) => matchTokens(query, vectors, dim));
  const scores = matches_C.map((matches) =>
    matches.length === 0 ? -Infinity : matches.reduce((sum, { similarity }) => sum + similarity, 0),
  );
  const best = scores.reduce((b, score, at) => (score > (scores[b] as number) ? at : b), 0);
  return { matches: matches_C[best] ?? [], chunk: best };
}
