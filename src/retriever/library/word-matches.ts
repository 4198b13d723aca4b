/** Matches of tokens as people read them. */
import { RaRftError } from '../../core/errors.js';
import type { Tokenizer } from '../../models/tokenizer.js';
import { documentText, type DocumentText } from '../encode/text.js';
import type { Side, TrainableEncoder } from '../encode/types.js';
import { matchTokens } from '../score/token-match.js';
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

  /** Throws `usage` where the encoder gives one vector a text: there are no tokens to match then. */
  match(question: string, query: Float32Array, trace: TraceInput, document: Float32Array): WordMatch[] {
    const { dim } = this.encoder.info;
    const queryWords = this.wordsOf(question, 'query');
    const documentWords = this.wordsOf(documentText(asTrace(trace), this.text), 'document');
    if (queryWords.length * dim !== query.length || documentWords.length * dim !== document.length) {
      throw new RaRftError({
        code: 'usage',
        message: 'this encoder gives one vector for a whole text, so no tokens match',
        where: 'matches',
        expected: 'an encoder with one vector a token (head: late-interaction)',
      });
    }
    return matchTokens(query, document, dim).map(({ documentToken, similarity }, i) => {
      return {
        query: queryWords[i] as string,
        document: documentWords[documentToken] as string,
        documentToken,
        similarity,
      };
    });
  }

  /** The tokens of a text that have vectors. */
  private wordsOf(text: string, side: Side): string[] {
    const [tokens] = this.encoder.tokenize([text], side).texts;
    const ids = [...(tokens?.ids ?? [])].filter((_, i) => tokens?.kept?.[i] !== 0);
    return ids.map((id) => this.tokenizer.decode([id], { special: true }) || (this.tokenizer.tokenText(id) ?? ''));
  }
}
