/** Traces under an encoder: their vectors in an index that follows what is added and removed. */
import { closeAll } from '../../core/closing.js';
import { RaRftError } from '../../core/errors.js';
import { silent, type Progress } from '../../core/progress.js';
import type { Trace } from '../../data/types.js';
import { documentText, type DocumentText } from '../encode/text.js';
import { joinTexts, type TokenVectors } from '../encode/token-vectors.js';
import type { TextEncoder } from '../encode/types.js';
import type { IndexDocument, IndexSearch, Scored, VectorIndex } from '../index/types.js';

export interface AddOptions {
  signal?: AbortSignal | undefined;
  progress?: Progress | undefined;
}

/** Documents encoded at a time: what progress moves by, and after which a signal is looked at. */
const ENCODED_AT_ONCE = 256;
/** Numbers of vectors that go into the index together (128 MB). */
const ADDED_NUMBERS = 1 << 25;

/** Calls come one after the other: whoever has it sees to that. */
export class EncodedTraces {
  readonly encoder: TextEncoder;
  private readonly text: DocumentText;
  private readonly index: VectorIndex;
  private cutQueries = 0;
  private cutDocuments: number;

  /** `index` is disposed of here; `cutDocuments` of those in it were cut. */
  constructor(encoder: TextEncoder, text: DocumentText, index: VectorIndex, cutDocuments = 0) {
    this.encoder = encoder;
    this.text = text;
    this.index = index;
    this.cutDocuments = cutDocuments;
  }

  get size(): number {
    return this.index.size;
  }

  /** Texts so far that were longer than the encoder takes. */
  get truncated(): { queries: number; documents: number } {
    return { queries: this.cutQueries, documents: this.cutDocuments };
  }

  /** Encodes and adds traces: all of them or, where the signal ends it or an id is there already (`data`), none. */
  async add(traces: readonly Trace[], { signal, progress = silent }: AddOptions = {}): Promise<void> {
    this.refuseKnown(traces);
    const task = progress.task('index', traces.length, 'traces');
    const added: string[] = [];
    let waiting: IndexDocument[] = [];
    let [numbers, cut] = [0, 0];
    const addWaiting = async () => {
      await this.index.add(waiting);
      for (const { id } of waiting) added.push(id);
      [waiting, numbers] = [[], 0];
    };
    try {
      for (let from = 0; from < traces.length; from += ENCODED_AT_ONCE) {
        signal?.throwIfAborted();
        const part = traces.slice(from, from + ENCODED_AT_ONCE);
        const texts = part.map((trace) => documentText(trace, this.text));
        const encoded = await this.encoder.encode(texts, 'document');
        cut += encoded.cut.length;
        for (const [i, { id }] of part.entries()) {
          const chunks = copied(encoded.texts[i] as TokenVectors);
          waiting.push({ id, chunks });
          numbers += chunks.vectors.length;
        }
        if (numbers >= ADDED_NUMBERS) await addWaiting();
        task.update(from + part.length);
      }
      signal?.throwIfAborted();
      await addWaiting();
      this.cutDocuments += cut;
    } catch (error) {
      await this.index.remove(added);
      throw error;
    } finally {
      task.end();
    }
  }

  /** Removes traces. Throws `usage` at ids that are not there, and removes none then. */
  async remove(ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => !this.index.has(id));
    if (unknown.length > 0) {
      throw new RaRftError({
        code: 'usage',
        message: `no trace has the id ${unknown.slice(0, 3).join(', ')}${unknown.length > 3 ? ` (and ${unknown.length - 3} more)` : ''}`,
        where: 'remove',
        expected: 'ids of traces that were added; nothing was removed',
      });
    }
    await this.index.remove(ids);
  }

  /** The best traces of each question, and the vectors of the questions. */
  async search(
    questions: readonly string[],
    options: IndexSearch,
  ): Promise<{ scored_Q: Scored[][]; queries: Float32Array[] }> {
    const { texts, cut } = await this.encoder.encode(questions, 'query');
    this.cutQueries += cut.length;
    const queries = texts.map(({ vectors }) => vectors);
    if (this.size === 0) return { scored_Q: questions.map(() => []), queries };
    return { scored_Q: await this.index.search(joinTexts(texts, this.encoder.info.dim), options), queries };
  }

  /** Token vectors of the chunks of traces. */
  vectorsOf(ids: readonly string[]): Promise<TokenVectors[]> {
    return this.index.vectorsOf(ids);
  }

  dispose(): Promise<void> {
    return closeAll([this.index, this.encoder]);
  }

  private refuseKnown(traces: readonly Trace[]): void {
    const known = traces.find(({ id }) => this.index.has(id));
    if (!known) return;
    throw new RaRftError({
      code: 'data',
      message: `a trace with the id ${known.id} is there already`,
      where: 'add',
      expected: 'an id for each trace; nothing was added',
      hint: 'Remove the old one first.',
    });
  }
}

/** In memory of its own, so that it does not keep that of its neighbours. */
function copied({ dim, lengths, vectors }: TokenVectors): TokenVectors {
  return { dim, lengths: lengths.slice(), vectors: vectors.slice() };
}
