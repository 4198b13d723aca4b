/**
 * A retriever for a program of one's own: from labelled pairs to a served search, without engine, configuration or run folder.
 *
 *   const retriever = await Retriever.train({ labels: 'labels.jsonl', corpus: 'traces.jsonl' });
 *   const hits = await retriever.search('How many apples are left?', { k: 3 });
 */
import { closeAll, openWhole } from '../../core/closing.js';
import { RaRftError } from '../../core/errors.js';
import type { Progress } from '../../core/progress.js';
import { inPlace, Slots } from '../../core/slots.js';
import { visibleText } from '../../core/visible-text.js';
import { Tokenizer } from '../../models/tokenizer.js';
import { openEncoder } from '../encode/open.js';
import { readRetriever, type RetrieverHeader } from '../encode/retriever-folder.js';
import { documentText, queryText } from '../encode/text.js';
import type { TrainableEncoder } from '../encode/types.js';
import { WordMatcher } from '../encode/word-matches.js';
import { compileFilter, type Filter } from '../index/filter.js';
import { scoreTexts } from '../index/score-texts.js';
import type { IndexKey } from '../index/store/header.js';
import { checkDiversity, poolOf } from '../score/diversity.js';
import type { CheckpointStore } from '../train/checkpoint.js';
import { EncodedTraces } from './encoded-traces.js';
import { encoderFolderOf, readSaved, saveFolder } from './folder.js';
import { foundHits, type SearchedTraces } from './found-hits.js';
import { figuresOf } from './grade.js';
import { asTrace, countWithoutText, readTraces } from './lines.js';
import { LibraryIndex, type VectorPlace } from './library-index.js';
import { exactIndexOf } from './make-index.js';
import { OwnFolders, removeDeadFolders } from './own-folders.js';
import type { LibraryReport } from './report.js';
import { trainParts, type TrainRetrieverOptions } from './train.js';
import type { Asked, FindOptions, FoundTrace, Lines, TraceInput } from './types.js';

export interface OpenRetrieverOptions {
  /** Threads of tensor work; left to the runtime by default. */
  threads?: number | undefined;
  progress?: Progress | undefined;
  /** Told once of texts that are cut; by default a warning of the process. */
  onWarning?: ((text: string) => void) | undefined;
  /**
   * Where vectors are. `memory`: as float32, and every search is exact. `disk`: in an index of bytes, searched by centroids beyond 5,000
   * traces. `auto` (default): in memory while they are few (512 MB).
   */
  vectors?: VectorPlace | undefined;
  /** Ends the retriever at once, its opening as well as what is asked of it later, with its reason. Dispose of it all the same. */
  signal?: AbortSignal | undefined;
}

interface Parts {
  encoder: TrainableEncoder;
  header: RetrieverHeader;
  encoderFolder: string;
  index: LibraryIndex;
  key: IndexKey;
  /** Removed with the retriever. */
  folders: OwnFolders;
  report?: LibraryReport | undefined;
  /** Of its training, until it is saved. */
  checkpoints?: CheckpointStore | undefined;
}

const DEFAULT_K = 5;

export class Retriever {
  private readonly parts: Parts;
  private readonly encoded: EncodedTraces;
  private readonly inputs = new Map<string, TraceInput>();
  private readonly options: OpenRetrieverOptions;
  private readonly warned = new Set<string>();
  /** Changes, searches and saves come one after the other: each sees the traces of one moment. */
  private readonly turn = new Slots(1);
  private listed: readonly TraceInput[] | undefined;
  private matcher: WordMatcher | undefined;
  private closed = false;

  private constructor(parts: Parts, encoded: EncodedTraces, options: OpenRetrieverOptions) {
    this.parts = parts;
    this.options = options;
    this.encoded = encoded;
  }

  /** Its parts, with an index without traces. `beside`: where a folder of its own is best made. */
  private static async partsOf(
    own: Pick<Parts, 'encoder' | 'header' | 'encoderFolder' | 'folders'>,
    beside: string | undefined,
    { vectors, threads, signal }: OpenRetrieverOptions,
  ): Promise<Parts> {
    const { encoder, folders } = own;
    const { encoderHash, spec } = own.header;
    const key: IndexKey = { encoderHash, dim: encoder.info.dim, normalisation: 'l2', spec };
    const makeFolder = () => folders.forIndex(beside);
    const index = new LibraryIndex(await exactIndexOf(encoder), { key, place: vectors, threads, signal, makeFolder });
    return { ...own, index, key };
  }

  /**
   * Opens what {@link Retriever.save} wrote, or an encoder alone (`retriever/NAME` of a run), which has no traces yet. Throws `usage` where the
   * folder holds none, `model` and `data` at damaged files. Dispose it after use: a thread holds native memory.
   */
  static async open(folder: string, options: OpenRetrieverOptions = {}): Promise<Retriever> {
    const encoderFolder = await encoderFolderOf(folder);
    await removeDeadFolders(folder);
    const read = await readRetriever(encoderFolder);
    const { header } = read;
    const { threads, signal } = options;
    return openWhole(async (own) => {
      const folders = own(new OwnFolders());
      const encoder = own(await openEncoder(encoderFolder, read, { threads, signal }));
      const parts = await Retriever.partsOf({ encoder, header, encoderFolder, folders }, folder, options);
      own(parts.index);
      const { traces, indexed, truncatedDocuments, report } = await readSaved(folder, parts.key, parts.index);
      const encoded = new EncodedTraces(encoder, header.spec.text, parts.index, truncatedDocuments);
      const retriever = new Retriever({ ...parts, report }, encoded, options);
      for (const trace of traces) retriever.inputs.set(trace.id, trace);
      if (!indexed) {
        retriever.warn('index', `${folder} has no index: ${traces.length} traces are encoded again (saving keeps it)`);
        await encoded.add(traces.map(asTrace), { progress: options.progress, signal });
      }
      await parts.index.settle();
      return retriever;
    });
  }

  /** Trains an encoder on labelled pairs and opens it with the corpus; see {@link TrainRetrieverOptions}. */
  static async train(options: TrainRetrieverOptions & Omit<OpenRetrieverOptions, 'signal'>): Promise<Retriever> {
    return openWhole(async (own) => {
      const folders = own(new OwnFolders());
      const trained = await trainParts(options, await folders.make());
      const { header, folder, traces, test, withoutPositive, checkpoints } = trained;
      const encoder = own(trained.encoder);
      const { threads, vectors } = options; // the signal ends the training, not what it makes
      const made = { encoder, header, encoderFolder: folder, folders };
      const parts = await Retriever.partsOf(made, undefined, { threads, vectors });
      own(parts.index);
      const encoded = new EncodedTraces(encoder, header.spec.text, parts.index);
      const retriever = new Retriever({ ...parts, checkpoints }, encoded, options);
      const { truncatedQueries, trainQueries, validationQueries } = header.training!;
      if (truncatedQueries > 0)
        retriever.warn(
          'queries',
          `${truncatedQueries} of ${trainQueries + validationQueries} questions are longer than ${header.spec.query.maxTokens} tokens and were cut`,
        );
      if (header.training?.saturated)
        retriever.warn('saturated', 'the first batch gave next to no gradient; a higher settings.temperature may help');
      await retriever.add(traces, options);
      const grade = (await retriever.gradeOn(test)) ?? null;
      const asked = test.map(({ query, positives }) => {
        const { question, attempt } = query;
        return { question, ...(attempt !== undefined && { attempt }), traceIds: positives.map(({ id }) => id) };
      });
      retriever.parts.report = { training: header.training!, withoutPositive, grade, test: asked };
      return retriever;
    });
  }

  /** Traces that are searched. */
  get size(): number {
    return this.encoded.size;
  }

  /** The traces as they were added: one list, until it changes. */
  get traces(): readonly TraceInput[] {
    return (this.listed ??= [...this.inputs.values()]);
  }

  /** How training went, and the grade on questions that chose nothing; undefined where it was not trained here. */
  get report(): LibraryReport | undefined {
    return this.parts.report;
  }

  /** Texts so far that were longer than the encoder takes, and were cut. */
  get truncated(): { queries: number; documents: number } {
    return this.encoded.truncated;
  }

  /** Adds traces: all, or none where one is faulty, its id is there already (`data`) or the signal ends it. */
  async add(traces: Lines<TraceInput>, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    this.refuseClosed();
    await inPlace(this.turn, async () => {
      const inputs = await readTraces(traces);
      const before = this.truncated.documents;
      const traceList = inputs.map(asTrace);
      const without = countWithoutText(traceList, this.parts.header.spec.text);
      await this.encoded.add(traceList, { signal, progress: this.options.progress });
      for (const input of inputs) this.inputs.set(input.id, input);
      this.listed = undefined;
      await this.parts.index.settle();
      if (without > 0)
        this.warn(
          'without',
          `${without} of ${inputs.length} traces have no ${this.parts.header.spec.text}: nothing finds them`,
        );
      const cut = this.truncated.documents - before;
      const { maxTokens, chunks = 1 } = this.parts.header.spec.document;
      if (cut > 0)
        this.warn(
          'documents',
          `${cut} of ${inputs.length} traces are longer than ${chunks === 1 ? '' : `${chunks} chunks of `}${maxTokens} tokens and were cut`,
        );
    });
  }

  /** Removes traces by their ids. Throws `usage` where one is not there, and removes none then. */
  async remove(ids: string | readonly string[]): Promise<void> {
    this.refuseClosed();
    const list = typeof ids === 'string' ? [ids] : ids;
    await inPlace(this.turn, async () => {
      await this.encoded.remove(list);
      for (const id of list) this.inputs.delete(id);
      this.listed = undefined;
    });
  }

  /** The best traces of a question, best first; of several questions a list each, in their order. Throws `usage` at an empty question. */
  async search(question: string | Asked, options?: FindOptions): Promise<FoundTrace[]>;
  async search(questions: readonly (string | Asked)[], options?: FindOptions): Promise<FoundTrace[][]>;
  async search(
    asked: string | Asked | readonly (string | Asked)[],
    options: FindOptions = {},
  ): Promise<FoundTrace[] | FoundTrace[][]> {
    this.refuseClosed();
    const several = Array.isArray(asked);
    const all = (several ? asked : [asked]) as readonly (string | Asked)[];
    const texts = all.map((one, q) => this.textOf(one, several ? `questions[${q}]` : 'question'));
    const found_Q = await inPlace(this.turn, () => this.find(texts, options));
    return several ? found_Q : (found_Q[0] ?? []);
  }

  /** How much each of some texts, which need not be traces of its own, helps with a question: higher is better. */
  async scoreTexts(question: string | Asked, texts: readonly string[]): Promise<Float32Array> {
    this.refuseClosed();
    const asked = this.textOf(question, 'question');
    return inPlace(this.turn, () => scoreTexts(this.parts.encoder, [asked], texts));
  }

  /** Writes encoder, traces and vectors into a folder, whole or not at all. The checkpoints of its training, where it left any, go then. */
  async save(folder: string): Promise<void> {
    this.refuseClosed();
    await inPlace(this.turn, async () => {
      const { encoderFolder, key, index, report, checkpoints } = this.parts;
      const [traces, truncatedDocuments] = [this.traces, this.truncated.documents];
      await saveFolder(folder, { encoderFolder, key, index, traces, truncatedDocuments, report });
      await checkpoints?.remove();
      this.parts.checkpoints = undefined;
    });
  }

  async dispose(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await inPlace(this.turn, () => closeAll([this.encoded, this.parts.folders]));
  }

  private async find(questions: readonly string[], options: FindOptions): Promise<FoundTrace[][]> {
    const { k = DEFAULT_K, filter, exclude, diversity, matches = false, signal } = options;
    signal?.throwIfAborted();
    if (diversity) checkDiversity(diversity);
    const excluded = exclude && new Set(exclude);
    const only = filter && this.passing(filter);
    const before = this.truncated.queries;
    const { scored_Q, queries } = await this.encoded.search(questions, {
      k: diversity ? poolOf(k, diversity) : k,
      ...(only && { onlyIds_Q: questions.map(() => only) }),
      ...(excluded && { excludeIds_Q: questions.map(() => excluded) }),
    });
    signal?.throwIfAborted();
    if (this.truncated.queries > before)
      this.warn('queries', `a question is longer than ${this.parts.header.spec.query.maxTokens} tokens and was cut`);
    const words = matches ? (this.matcher ??= await this.openMatcher()) : undefined;
    const searched = this.searched();
    // One after the other: the token vectors of all hits of many questions may not fit into memory.
    const found_Q: FoundTrace[][] = [];
    for (const [q, scored] of scored_Q.entries()) {
      signal?.throwIfAborted();
      const question = { text: questions[q]!, vectors: queries[q]! };
      found_Q.push(await foundHits(question, scored, { k, diversity, words }, searched));
    }
    return found_Q;
  }

  /** What its traces tell when they are found. */
  private searched(): SearchedTraces {
    const inputOf = (id: string) => this.inputs.get(id)!;
    return {
      dim: this.parts.encoder.info.dim,
      inputOf,
      documentOf: (id) => documentText(asTrace(inputOf(id)), this.parts.header.spec.text),
      vectorsOf: (ids) => this.encoded.vectorsOf(ids),
    };
  }

  /** What a question is searched with. */
  private textOf(asked: string | Asked, where: string): string {
    const { question, attempt } = typeof asked === 'object' && asked !== null ? asked : { question: asked };
    refuseEmpty(question, where);
    const { queryText: part } = this.parts.header.spec;
    if (attempt !== undefined && part !== 'question+attempt') {
      throw new RaRftError({
        code: 'usage',
        message: 'an attempt is given, and this retriever reads questions alone',
        where: `${where}.attempt`,
        expected: 'a question alone, or a retriever that was trained with query: question+attempt',
      });
    }
    return queryText({ question, attempt }, part);
  }

  /** Ids of the traces that a filter lets pass. */
  private passing(filter: Filter): ReadonlySet<string> {
    const passes = compileFilter(filter);
    return new Set([...this.inputs].flatMap(([id, input]) => (passes(id, input) ? [id] : [])));
  }

  private async gradeOn(test: Parameters<typeof figuresOf>[0]) {
    if (test.length === 0) return undefined;
    const { queryText: part } = this.parts.header.spec;
    const texts = test.map(({ query }) => queryText(query, part));
    const found_Q = await inPlace(this.turn, () => this.find(texts, { k: 10 }));
    const hits_Q = found_Q.map((found) =>
      found.map(({ trace, score, rank }) => ({ trace: asTrace(trace), score, rank })),
    );
    return figuresOf(test, hits_Q, this.traces.map(asTrace));
  }

  private async openMatcher(): Promise<WordMatcher> {
    const { encoder, encoderFolder } = this.parts;
    return new WordMatcher(encoder, await Tokenizer.load(encoderFolder));
  }

  private warn(kind: string, text: string): void {
    if (this.warned.has(kind)) return;
    this.warned.add(kind);
    const { onWarning = (line: string) => process.emitWarning(visibleText(line), 'RetrieverWarning') } = this.options;
    onWarning(text);
  }

  private refuseClosed(): void {
    if (!this.closed) return;
    throw new RaRftError({
      code: 'usage',
      message: 'the retriever was disposed of',
      where: 'Retriever',
      expected: 'an open one',
    });
  }
}

function refuseEmpty(question: string, where: string): void {
  if (typeof question === 'string' && question.trim() !== '') return;
  const found = typeof question === 'string' ? 'empty' : `of type ${typeof question}`;
  throw new RaRftError({
    code: 'usage',
    message: `the question is ${found}`,
    where,
    expected: 'a text to search with',
  });
}
