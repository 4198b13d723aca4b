/** Traces under an encoder: their vectors, and an index of them that follows what is added and removed. */
import { RaRftError } from '../../core/errors.js';
import { silent, type Progress } from '../../core/progress.js';
import { inPlace, Slots } from '../../core/slots.js';
import type { Trace } from '../../data/types.js';
import { documentText, type DocumentText } from '../encode/text.js';
import { joinTexts, type TokenVectors } from '../encode/token-vectors.js';
import type { TextEncoder } from '../encode/types.js';
import type { Fields } from '../index/filter.js';
import type { IndexDocument, IndexSearch, Scored, TokenIndex } from '../index/types.js';

export interface AddOptions {
  signal?: AbortSignal | undefined;
  progress?: Progress | undefined;
}

/** Documents encoded at a time: what progress moves by, and after which a signal is looked at. */
const ENCODED_AT_ONCE = 256;

/** Changes and searches come one after the other, in the order of the calls. */
export class EncodedTraces {
  readonly encoder: TextEncoder;
  private readonly text: DocumentText;
  private readonly index: TokenIndex;
  /** Of every trace, in the order in which they were added. */
  private readonly vectors = new Map<string, TokenVectors>();
  private readonly turn = new Slots(1);
  private cutQueries = 0;
  private cutDocuments = 0;

  /** `index` is empty, and disposed of here. */
  constructor(encoder: TextEncoder, text: DocumentText, index: TokenIndex) {
    this.encoder = encoder;
    this.text = text;
    this.index = index;
  }

  get size(): number {
    return this.vectors.size;
  }

  /** Texts so far that were longer than the encoder takes. */
  get truncated(): { queries: number; documents: number } {
    return { queries: this.cutQueries, documents: this.cutDocuments };
  }

  /**
   * Encodes and adds traces: all of them or, where the signal ends it or an id is there already (`data`), none. `fieldsOf` says what
   * filters may ask for.
   */
  add(
    traces: readonly Trace[],
    { signal, progress = silent }: AddOptions = {},
    fieldsOf?: (at: number) => Fields,
  ): Promise<void> {
    return this.inTurn(async () => {
      this.refuseKnown(traces);
      const task = progress.task('index', traces.length, 'traces');
      const added: IndexDocument[] = [];
      let cut = 0;
      try {
        for (let from = 0; from < traces.length; from += ENCODED_AT_ONCE) {
          signal?.throwIfAborted();
          const part = traces.slice(from, from + ENCODED_AT_ONCE);
          const texts = part.map((trace) => documentText(trace, this.text));
          const encoded = await this.encoder.encode(texts, 'document');
          cut += encoded.cut.length;
          for (const [i, { id }] of part.entries()) {
            const fields = fieldsOf?.(from + i);
            added.push({ id, chunks: copied(encoded.texts[i] as TokenVectors), ...(fields && { fields }) });
          }
          task.update(from + part.length);
        }
        signal?.throwIfAborted();
      } finally {
        task.end();
      }
      await this.keep(added);
      this.cutDocuments += cut;
    });
  }

  /** Takes over documents that were encoded before. */
  restore(documents: readonly IndexDocument[], truncatedDocuments: number): Promise<void> {
    return this.inTurn(async () => {
      await this.keep(documents);
      this.cutDocuments += truncatedDocuments;
    });
  }

  /** Removes traces. Throws `usage` at ids that are not there, and removes none then. */
  remove(ids: readonly string[]): Promise<void> {
    return this.inTurn(async () => {
      const unknown = ids.filter((id) => !this.vectors.has(id));
      if (unknown.length > 0) {
        throw new RaRftError({
          code: 'usage',
          message: `no trace has the id ${unknown.slice(0, 3).join(', ')}${unknown.length > 3 ? ` (and ${unknown.length - 3} more)` : ''}`,
          where: 'remove',
          expected: 'ids of traces that were added; nothing was removed',
        });
      }
      for (const id of ids) this.vectors.delete(id);
      await this.index.remove(ids);
    });
  }

  /** The best traces of each question, and the vectors of the questions. */
  search(
    questions: readonly string[],
    options: IndexSearch,
  ): Promise<{ scored_Q: Scored[][]; queries: Float32Array[] }> {
    return this.inTurn(async () => {
      const { texts, cut } = await this.encoder.encode(questions, 'query');
      this.cutQueries += cut.length;
      const queries = texts.map(({ vectors }) => vectors);
      if (this.vectors.size === 0) return { scored_Q: questions.map(() => []), queries };
      return { scored_Q: await this.index.search(joinTexts(texts, this.encoder.info.dim), options), queries };
    });
  }

  /** Token vectors of the chunks of a trace. */
  vectorsOf(id: string): TokenVectors {
    return this.vectors.get(id) ?? joinTexts([], this.encoder.info.dim);
  }

  /** All traces with their vectors, in the order in which they were added. */
  documents(): IndexDocument[] {
    return Array.from(this.vectors, ([id, chunks]) => ({ id, chunks }));
  }

  async dispose(): Promise<void> {
    await this.inTurn(() => this.index.dispose());
    await this.encoder.dispose();
  }

  private refuseKnown(traces: readonly Trace[]): void {
    const known = traces.find(({ id }) => this.vectors.has(id));
    if (!known) return;
    throw new RaRftError({
      code: 'data',
      message: `a trace with the id ${known.id} is there already`,
      where: 'add',
      expected: 'an id for each trace; nothing was added',
      hint: 'Remove the old one first.',
    });
  }

  private async keep(documents: readonly IndexDocument[]): Promise<void> {
    await this.index.add(documents);
    for (const { id, chunks } of documents) this.vectors.set(id, chunks);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    return inPlace(this.turn, work);
  }
}

/** In memory of its own, so that it does not keep that of its neighbours. */
function copied({ dim, lengths, vectors }: TokenVectors): TokenVectors {
  return { dim, lengths: lengths.slice(), vectors: vectors.slice() };
}
