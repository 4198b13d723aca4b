/** A retriever by an encoder: questions become vectors, and an index of the corpus finds the best traces. */
import { silent, type Progress } from '../../core/progress.js';
import type { Trace } from '../../data/types.js';
import { openEncoder } from '../encode/open.js';
import { readRetriever } from '../encode/retriever-folder.js';
import type { RetrieverSpec } from '../encode/spec.js';
import { documentText } from '../encode/text.js';
import { joinTexts, type TokenVectors } from '../encode/token-vectors.js';
import type { EncoderInfo, TextEncoder } from '../encode/types.js';
import { RankedTraces } from '../score/ranking.js';
import { meanVectors } from '../score/token-match.js';
import type { Hit, Query, TraceRetriever, SearchOptions } from '../types.js';
import { ExactIndex } from './exact-index.js';
import {
  corpusHash,
  readIndex,
  readIndexHeader,
  writeIndex,
  type Index,
  type IndexHeader,
  type IndexKey,
} from './index-folder.js';
import type { TokenIndex } from './types.js';

export interface EncoderRetrieverOptions {
  threads?: number | undefined;
  /** Shows how far an index is that has to be built. */
  progress?: Progress | undefined;
}

/** Documents of one call while an index is built: what its progress moves by. */
const INDEX_BATCH = 1024;

export class EncoderRetriever implements TraceRetriever {
  readonly name = 'encoder';
  /** What the index was made with, and how many documents were cut. */
  readonly header: IndexHeader;
  private readonly encoder: TextEncoder;
  private readonly index: TokenIndex;
  private readonly traces: RankedTraces;
  private truncated = 0;

  private constructor(encoder: TextEncoder, index: TokenIndex, header: IndexHeader, traces: readonly Trace[]) {
    this.encoder = encoder;
    this.index = index;
    this.header = header;
    this.traces = new RankedTraces(traces);
  }

  /**
   * Opens the retriever of `folder` over `traces` with the index in `indexFolder`, which is built where there is none.
   * Throws `data` where an index was made with another encoder, corpus or setting, `model` at damaged files.
   */
  static async open(
    folder: string,
    indexFolder: string,
    traces: readonly Trace[],
    { threads, progress }: EncoderRetrieverOptions = {},
  ): Promise<EncoderRetriever> {
    const retriever = await readRetriever(folder);
    const { spec, encoderHash } = retriever.header;
    const key = indexKey({ dim: retriever.encoder.config.dim, hash: encoderHash }, spec, traces);
    // An index that does not belong here is refused before the worker starts.
    const found = (await readIndexHeader(indexFolder)) ? await readIndex(indexFolder, key) : undefined;
    const encoder = await openEncoder(folder, retriever, { threads });
    try {
      const built = found ?? (await buildIndex(encoder, key, traces, { folder: indexFolder, progress }));
      const ids = traces.map(({ id }) => id);
      const index = await ExactIndex.of(encoder.scorer, ids, built.vectors);
      return new EncoderRetriever(encoder, index, built.header, traces);
    } catch (error) {
      await encoder.dispose();
      throw error;
    }
  }

  /** Questions that were cut since this was opened. */
  get truncatedQueries(): number {
    return this.truncated;
  }

  async search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    const questions = queries.map(({ question }) => question);
    const { vectors, truncated } = await this.encoder.encode(questions, 'query');
    this.truncated += truncated;
    return (await this.index.search(vectors, options)).map((scored) => this.traces.hits(scored));
  }

  async vectorsOf(traces: readonly Trace[]): Promise<Float32Array[]> {
    const texts = traces.map((trace) => documentText(trace, this.header.spec.text));
    return meanVectors((await this.encoder.encode(texts, 'document')).vectors);
  }

  async dispose(): Promise<void> {
    await this.index.dispose();
    await this.encoder.dispose();
  }
}

function indexKey(
  { dim, hash }: Pick<EncoderInfo, 'dim' | 'hash'>,
  spec: RetrieverSpec,
  traces: readonly Trace[],
): IndexKey {
  return { encoderHash: hash, corpusHash: corpusHash(traces, spec), dim, normalisation: 'l2', spec };
}

async function buildIndex(
  encoder: TextEncoder,
  key: IndexKey,
  traces: readonly Trace[],
  { folder, progress = silent }: { folder: string; progress: Progress | undefined },
): Promise<Index> {
  const task = progress.task('index', traces.length, 'traces');
  const parts: TokenVectors[] = [];
  let truncatedDocuments = 0;
  for (let from = 0; from < traces.length; from += INDEX_BATCH) {
    const part = traces.slice(from, from + INDEX_BATCH);
    const { vectors, truncated } = await encoder.encode(
      part.map((trace) => documentText(trace, key.spec.text)),
      'document',
    );
    parts.push(vectors);
    truncatedDocuments += truncated;
    task.update(from + part.length);
  }
  task.end();
  const vectors = joinTexts(parts, key.dim);
  return { header: await writeIndex(folder, { ...key, truncatedDocuments }, vectors), vectors };
}
