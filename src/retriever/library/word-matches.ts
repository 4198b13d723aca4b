/** Matches of tokens as people read them. */
import { RaRftError } from '../../core/errors.js';
import type { Tokenizer } from '../../models/tokenizer.js';
import { documentText, type DocumentText } from '../encode/text.js';
import { splitTexts, type TokenVectors } from '../encode/token-vectors.js';
import type { Side, TrainableEncoder } from '../encode/types.js';
import { matchTokens, type TokenMatch } from '../score/token-match.js';
import { asTrace } from './lines.js';
import type { TraceInput, WordMatch } from './types.js';

export class WordMatcher {
  private readonly encoder: TrainableEncoder;
  private readonly tokenizer: Pick<Tokenizer, 'decode' | 'tokenText'>;
  private readonly text: DocumentText;

  constructor(encoder: TrainableEncoder, tokenizer: Pick<Tokenizer, 'decode' | 'tokenText'>, text: DocumentText) {
    this.encoder = encoder;
    this.tokenizer = tokenizer;
    this.text = text;
  }

  /** Matches in the chunk that the score is of. Throws `usage` where the encoder gives one vector a text: there are no tokens to match then. */
  match(question: string, query: Float32Array, trace: TraceInput, document: TokenVectors): WordMatch[] {
    const { dim } = this.encoder.info;
    const [queryWords = []] = this.wordsOf(question, 'query');
    const words = this.wordsOf(documentText(asTrace(trace), this.text), 'document');
    const { matches, chunk } = bestChunk(query, document);
    const documentWords = words[chunk] ?? [];
    if (queryWords.length * dim !== query.length || documentWords.length !== (document.lengths[chunk] ?? 0)) {
      throw new RaRftError({
        code: 'usage',
        message: 'this encoder gives one vector for a whole text, so no tokens match',
        where: 'matches',
        expected: 'an encoder with one vector a token (head: late-interaction)',
      });
    }
    return matches.map(({ documentToken, similarity }, i) => ({
      query: queryWords[i] as string,
      document: documentWords[documentToken] as string,
      chunk,
      documentToken,
      similarity,
    }));
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
