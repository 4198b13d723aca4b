/**
 * The texts of a training as tokens: each tokenised once, thinned anew each time it is trained on. Of a long trace the first chunk is
 * trained on, which has its question and how its solution begins: that a trace helps does not say that any part of it does. It is ranked
 * by all of its chunks, as in search.
 */
import type { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import type { TokenBatch } from '../encode/net/port.js';
import { documentText, queryText, type DocumentText, type QueryText } from '../encode/text.js';
import type { TokenText } from '../encode/token-text.js';
import type { TrainableEncoder } from '../encode/types.js';
import type { Query } from '../types.js';
import type { Batch } from './batches.js';

export class TextTokens {
  readonly truncatedQueries: number;
  /** Traces of which there is more than what is trained on. */
  readonly truncatedDocuments: number;
  private readonly queries: ReadonlyMap<string, TokenText>;
  private readonly traces: ReadonlyMap<string, readonly TokenText[]>;

  /** `text`: what of a trace is trained on, as it will be indexed; `asked`: what of a query, as it will be searched with. */
  constructor(
    encoder: Pick<TrainableEncoder, 'tokenize'>,
    queries: readonly Query[],
    traces: readonly Trace[],
    text: DocumentText,
    asked?: QueryText,
  ) {
    const distinct = [...new Map(traces.map((trace) => [trace.id, trace])).values()];
    const questions = encoder.tokenize(
      queries.map((query) => queryText(query, asked)),
      'query',
    );
    const documents = encoder.tokenize(
      distinct.map((trace) => documentText(trace, text)),
      'document',
    );
    this.queries = new Map(queries.map(({ id }, i) => [id, questions.texts[i]![0]!]));
    this.traces = new Map(distinct.map(({ id }, i) => [id, documents.texts[i]!]));
    this.truncatedQueries = questions.cut.length;
    const cut = new Set(documents.cut);
    this.truncatedDocuments = documents.texts.filter((chunks, i) => chunks.length > 1 || cut.has(i)).length;
  }

  query({ id }: Query): TokenText {
    return this.queries.get(id)!;
  }

  /** What of a trace is trained on. */
  trace(trace: Trace): TokenText {
    return this.chunks(trace)[0]!;
  }

  chunks({ id }: Trace): readonly TokenText[] {
    return this.traces.get(id)!;
  }

  /** The batch as tokens, each text without a random share of them. */
  batch({ queries, documents, masks }: Batch, dropout: number, rng: Rng): Omit<TokenBatch, 'loss'> {
    const thinned = (text: TokenText): TokenText => (dropout > 0 ? thin(text, dropout, rng) : text);
    return {
      queries_Q: queries.map(({ query }) => thinned(this.query(query))),
      documents_D: documents.map((trace) => thinned(this.trace(trace))),
      masks,
    };
  }
}

/** The text without a random share of its tokens, or whole where none would be left. */
function thin({ ids, attended, kept }: TokenText, dropout: number, rng: Rng): TokenText {
  const stays = ids.map(() => (rng.next() >= dropout ? 1 : 0));
  if (!stays.includes(1)) return { ids, ...(attended && { attended }), ...(kept && { kept }) };
  const of = <T extends Int32Array | Uint8Array>(values: T): T => values.filter((_, i) => stays[i] === 1) as T;
  return { ids: of(ids), ...(attended && { attended: of(attended) }), ...(kept && { kept: of(kept) }) };
}
