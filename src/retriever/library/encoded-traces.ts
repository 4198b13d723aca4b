/** Traces under an encoder: their vectors, and an index of them that follows what is added and removed. */
import { RaRftError } from '../../core/errors.js';
import { silent, type Progress } from '../../core/progress.js';
import { inPlace, Slots } from '../../core/slots.js';
import type { Trace } from '../../data/types.js';
import { documentText, type DocumentText } from '../encode/text.js';
import { joinTexts, rowOffsets, type TokenVectors } from '../encode/token-vectors.js';
import type { TextEncoder } from '../encode/types.js';
import type { IndexSearch, Scored, TokenIndex } from '../index/types.js';

/** An index over these documents. */
export type MakeIndex = (ids: readonly string[], vectors: TokenVectors) => Promise<TokenIndex>;

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
  private readonly makeIndex: MakeIndex;
  private readonly vectors = new Map<string, Float32Array>();
  private readonly turn = new Slots(1);
  private index: TokenIndex | undefined;
  private cutQueries = 0;
  private cutDocuments = 0;

  constructor(encoder: TextEncoder, text: DocumentText, makeIndex: MakeIndex) {
    this.encoder = encoder;
    this.text = text;
    this.makeIndex = makeIndex;
  }

  get size(): number {
    return this.vectors.size;
  }

  /** Texts so far that were longer than the encoder takes. */
  get truncated(): { queries: number; documents: number } {
    return { queries: this.cutQueries, documents: this.cutDocuments };
  }

  /** Encodes and adds traces: all of them or, where the signal ends it or an id is there already (`data`), none. */
  add(traces: readonly Trace[], { signal, progress = silent }: AddOptions = {}): Promise<void> {
    return this.inTurn(async () => {
      this.refuseKnown(traces);
      const task = progress.task('index', traces.length, 'traces');
      const added: [string, Float32Array][] = [];
      let cut = 0;
      try {
        for (let from = 0; from < traces.length; from += ENCODED_AT_ONCE) {
          signal?.throwIfAborted();
          const part = traces.slice(from, from + ENCODED_AT_ONCE);
          const texts = part.map((trace) => documentText(trace, this.text));
          const { vectors, truncated } = await this.encoder.encode(texts, 'document');
          cut += truncated;
          split(vectors).forEach((own, i) => added.push([(part[i] as Trace).id, own]));
          task.update(from + part.length);
        }
        signal?.throwIfAborted();
      } finally {
        task.end();
      }
      for (const [id, own] of added) this.vectors.set(id, own);
      this.cutDocuments += cut;
      await this.dropIndex();
    });
  }

  /** Takes over vectors that were encoded before, in the order of `ids`. */
  restore(ids: readonly string[], vectors: TokenVectors, truncatedDocuments: number): void {
    split(vectors).forEach((own, i) => this.vectors.set(ids[i] as string, own));
    this.cutDocuments += truncatedDocuments;
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
      await this.dropIndex();
    });
  }

  /** The best traces of each question, and the vectors of the questions. */
  search(
    questions: readonly string[],
    options: IndexSearch,
  ): Promise<{ scored_Q: Scored[][]; queries: Float32Array[] }> {
    return this.inTurn(async () => {
      const { vectors, truncated } = await this.encoder.encode(questions, 'query');
      this.cutQueries += truncated;
      if (this.vectors.size === 0) return { scored_Q: questions.map(() => []), queries: split(vectors) };
      const { ids, vectors: documents } = this.all();
      this.index ??= await this.makeIndex(ids, documents);
      return { scored_Q: await this.index.search(vectors, options), queries: split(vectors) };
    });
  }

  /** Token vectors of a trace, flat. */
  vectorsOf(id: string): Float32Array {
    return this.vectors.get(id) ?? new Float32Array(0);
  }

  /** All vectors in the order in which they were added. */
  all(): { ids: string[]; vectors: TokenVectors } {
    const { dim } = this.encoder.info;
    const parts = [...this.vectors.values()].map((own): TokenVectors => {
      return { dim, lengths: Int32Array.of(own.length / dim), vectors: own };
    });
    return { ids: [...this.vectors.keys()], vectors: joinTexts(parts, dim) };
  }

  async dispose(): Promise<void> {
    await this.inTurn(() => this.dropIndex());
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

  private async dropIndex(): Promise<void> {
    const old = this.index;
    this.index = undefined;
    await old?.dispose();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    return inPlace(this.turn, work);
  }
}

/** The vectors of each text, copied. */
function split({ dim, lengths, vectors }: TokenVectors): Float32Array[] {
  const rows = rowOffsets(lengths);
  return Array.from(lengths, (_, i) => vectors.slice((rows[i] as number) * dim, (rows[i + 1] as number) * dim));
}
