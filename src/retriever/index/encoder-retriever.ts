/** A retriever by an encoder: questions become vectors, and an index of the corpus finds the best traces. */
import { closeAll, openWhole } from '../../core/closing.js';
import { once } from '../../core/once.js';
import { silent, type Progress } from '../../core/progress.js';
import type { Trace } from '../../data/types.js';
import { architectureOf } from '../../models/encoders/config.js';
import { sharedVectors } from '../diversify.js';
import { openEncoder } from '../encode/open.js';
import { readRetriever } from '../encode/retriever-folder.js';
import type { RetrieverSpec } from '../encode/spec.js';
import { documentText, queryText } from '../encode/text.js';
import { joinTexts, type TokenVectors } from '../encode/token-vectors.js';
import type { EncoderInfo, TextEncoder, TrainableEncoder } from '../encode/types.js';
import { WordMatcher, type TextMatch } from '../encode/word-matches.js';
import { Tokenizer } from '../../models/tokenizer.js';
import { RankedTraces } from '../score/ranking.js';
import { meanVector } from '../score/token-match.js';
import type { Found, Hit, Query, SearchOptions, TraceRetriever, Truncated } from '../types.js';
import { IndexClient } from './index-client.js';
import type { IndexSetup } from './index-worker.js';
import { openRemoteIndex, type IndexServer } from './remote/open.js';
import { corpusHash, readIndexHeader, refuseMismatch, type IndexHeader, type IndexKey } from './store/header.js';
import { IndexStore, type AddFacts } from './store/store.js';
import { StoredIndex } from './stored-index.js';
import type { IndexDocument, TokenIndex, VectorIndex } from './types.js';

/** How the traces of a corpus are searched: `auto` is exact up to {@link EXACT_TRACES} of them, and by centroids beyond. */
export type IndexChoice = 'auto' | 'exact' | 'centroid';

/** An exact search misses nothing; from here on (200 tokens of 128 numbers a trace) it takes six times as long as one by centroids. */
export const EXACT_TRACES = 5000;

export interface EncoderRetrieverOptions {
  threads?: number | undefined;
  /** Shows how far an index is that has to be built. */
  progress?: Progress | undefined;
  /** For an index that has to be built; one that is there is searched as it was made. */
  index?: IndexChoice | undefined;
  /** The vectors are in this database and not in the index folder. */
  server?: IndexServer | undefined;
  /** Ends the building of an index. */
  signal?: AbortSignal | undefined;
}

/** What an index was made with, and how many documents were cut; of one on disk, its header. */
export type OpenedHeader = IndexKey & Pick<IndexHeader, 'documents' | 'truncatedDocuments'> & Partial<IndexHeader>;

/** Documents of one call while an index is built: what its progress moves by. */
const INDEX_BATCH = 1024;

export class EncoderRetriever implements TraceRetriever {
  readonly name = 'encoder';
  readonly header: OpenedHeader;
  private readonly encoder: TrainableEncoder;
  private readonly index: OpenIndex;
  private readonly traces: RankedTraces;
  private readonly cutQueries = new Set<string>();
  private readonly openMatcher: () => Promise<WordMatcher>;

  private constructor(
    { encoder, folder }: { encoder: TrainableEncoder; folder: string },
    index: OpenIndex,
    header: OpenedHeader,
    traces: readonly Trace[],
  ) {
    this.encoder = encoder;
    this.index = index;
    this.header = header;
    this.traces = new RankedTraces(traces);
    this.openMatcher = once(async () => new WordMatcher(encoder, await Tokenizer.load(folder)));
  }

  /**
   * Opens the retriever of `folder` over `traces` with the index in `indexFolder` or on `server`, which is built where there is none.
   * Throws `data` where an index was made with another encoder, corpus or setting, `model` at damaged files, `io` where a server fails.
   */
  static async open(
    folder: string,
    indexFolder: string,
    traces: readonly Trace[],
    { threads, progress, server, signal, index: choice = 'auto' }: EncoderRetrieverOptions = {},
  ): Promise<EncoderRetriever> {
    const retriever = await readRetriever(folder);
    const { spec, encoderHash } = retriever.header;
    const key = indexKey({ dim: architectureOf(retriever.encoder.config).dim, hash: encoderHash }, spec, traces);
    // An index that does not belong here is refused before the worker starts.
    const found = server ? undefined : await readIndexHeader(indexFolder);
    if (found) refuseMismatch(indexFolder, found, key);
    return openWhole(async (own) => {
      const encoder = own(await openEncoder(folder, retriever, { threads }));
      let built: BuiltIndex;
      if (server) built = await openOnServer(server, key);
      else if (byCentroids(choice, traces.length, found))
        built = await openByCentroids({ folder: indexFolder, key, threads });
      else built = await openExact(indexFolder, key, encoder);
      const index = own(built.index);
      await addMissing(encoder, built, traces, { spec, progress, signal });
      await built.finish();
      return new EncoderRetriever({ encoder, folder }, index, await built.header(), traces);
    });
  }

  get truncated(): Truncated {
    return { queries: this.cutQueries.size, documents: this.header.truncatedDocuments };
  }

  async search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    const questions = queries.map((query) => queryText(query, this.header.spec.queryText));
    const { texts, cut } = await this.encoder.encode(questions, 'query');
    for (const q of cut) this.cutQueries.add((queries[q] as Query).id);
    const found_Q = await this.index.search(joinTexts(texts, this.header.dim), options);
    return found_Q.map((scored) => this.traces.hits(scored));
  }

  /**
   * From the vectors of the index, also where they are bytes: means of rounded vectors have cosines that are 0.002 off at most. Where
   * they are in a database, which gives none back, the traces are encoded again.
   */
  async vectorsOf(found_Q: readonly Found[]): Promise<Float32Array[][]> {
    return sharedVectors(found_Q, async (traces) =>
      (await this.chunksOf(traces)).map(({ vectors, dim }) => meanVector(vectors, dim)),
    );
  }

  async matches(query: Query, traces: readonly Trace[]): Promise<TextMatch[] | undefined> {
    const matcher = await this.openMatcher();
    const question = queryText(query, this.header.spec.queryText);
    const [asked] = (await this.encoder.encode([question], 'query')).texts;
    const chunks = await this.chunksOf(traces);
    const found = traces.map((trace, i) => matcher.match(question, asked!.vectors, this.textOf(trace), chunks[i]!));
    return found.every((match) => match !== undefined) ? found : undefined;
  }

  private async chunksOf(traces: readonly Trace[]): Promise<TokenVectors[]> {
    const kept = await this.index.vectorsOf?.(traces.map(({ id }) => id));
    if (kept) return kept;
    const texts = traces.map((trace) => this.textOf(trace));
    return (await this.encoder.encode(texts, 'document')).texts;
  }

  private textOf(trace: Trace): string {
    return documentText(trace, this.header.spec.text);
  }

  dispose(): Promise<void> {
    return closeAll([this.index, this.encoder]);
  }
}

function indexKey(
  { dim, hash }: Pick<EncoderInfo, 'dim' | 'hash'>,
  spec: RetrieverSpec,
  traces: readonly Trace[],
): IndexKey {
  return { encoderHash: hash, corpusHash: corpusHash(traces, spec), dim, normalisation: 'l2', spec };
}

/** Indexes of this process give vectors back, those in a database do not. */
type OpenIndex = TokenIndex & Partial<Pick<VectorIndex, 'vectorsOf'>>;

/** An index as it is built: what the kinds have in common. */
interface BuiltIndex {
  index: OpenIndex & { add(documents: readonly IndexDocument[], facts: AddFacts): Promise<void> };
  header(): OpenedHeader | Promise<OpenedHeader>;
  /** Called when all documents are there. */
  finish(): Promise<void>;
}

/** What was begun goes on as it was begun: its numbers say what it was made for. */
function byCentroids(choice: IndexChoice, traces: number, found: IndexHeader | undefined): boolean {
  if (choice !== 'auto') return choice === 'centroid';
  return found ? found.dtype === 'int8' : traces > EXACT_TRACES;
}

/** Vectors as the encoder gave them, compared in its own thread, so that the native library is loaded there once. */
async function openExact(folder: string, key: IndexKey, { scorer }: TrainableEncoder): Promise<BuiltIndex> {
  const store = await IndexStore.open(folder, key, 'float32');
  const index = await StoredIndex.open(store, { scorer });
  return { index, header: () => store.header, finish: () => Promise.resolve() };
}

async function openByCentroids(setup: IndexSetup): Promise<BuiltIndex> {
  const index = await IndexClient.open(setup);
  return { index, header: () => index.header(), finish: () => index.buildCentroids() };
}

async function openOnServer(server: IndexServer, key: IndexKey): Promise<BuiltIndex> {
  const index = await openRemoteIndex(server, key);
  const header = () => ({ ...key, documents: index.size, truncatedDocuments: index.truncated });
  return { index, header, finish: () => Promise.resolve() };
}

/** Encodes what the index does not have yet, batch by batch: one that was stopped goes on where it was. */
async function addMissing(
  encoder: TextEncoder,
  { index }: BuiltIndex,
  traces: readonly Trace[],
  { spec, progress = silent, signal }: { spec: RetrieverSpec } & Pick<EncoderRetrieverOptions, 'progress' | 'signal'>,
): Promise<void> {
  const missing = traces.filter(({ id }) => !index.has(id));
  if (missing.length === 0) return;
  const task = progress.task('index', traces.length, 'traces');
  for (let from = 0; from < missing.length; from += INDEX_BATCH) {
    signal?.throwIfAborted();
    const part = missing.slice(from, from + INDEX_BATCH);
    const texts = part.map((trace) => documentText(trace, spec.text));
    const encoded = await encoder.encode(texts, 'document');
    const documents = part.map((trace, i) => ({
      id: trace.id,
      chunks: encoded.texts[i] as TokenVectors,
      fields: fieldsOf(trace),
    }));
    await index.add(documents, { truncated: encoded.cut.length });
    task.update(traces.length - missing.length + from + part.length);
  }
  task.end();
}

/** What filters may ask for beside the id. */
function fieldsOf({ type }: Trace): { type?: string } {
  return type === undefined ? {} : { type };
}
