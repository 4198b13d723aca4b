/** A retriever by an encoder: exact MaxSim over an index of the corpus, computed in a worker. */
import { silent, type Progress } from '../../core/progress.js';
import type { Trace } from '../../data/types.js';
import { Tokenizer } from '../../models/tokenizer.js';
import { EncoderClient } from '../encode/encoder-client.js';
import type { Encoder } from '../encode/encoder-port.js';
import {
  corpusHash,
  readIndex,
  readIndexHeader,
  writeIndex,
  type Index,
  type IndexHeader,
  type IndexKey,
} from './index-folder.js';
import { rankTraces } from '../score/ranking.js';
import { readRetriever, type RetrieverFolder } from '../encode/retriever-folder.js';
import { tokenizeDocuments, tokenizeQueries, type RetrieverSpec, type Tokenize } from '../encode/spec.js';
import { joinTexts, type TokenVectors } from '../encode/token-vectors.js';
import type { Hit, Query, Retriever, SearchOptions } from '../types.js';

/** Scores held at once, queries times documents. */
const SCORE_CELLS = 1 << 24;

export interface EncoderRetrieverOptions {
  threads?: number | undefined;
  /** Shows how far an index is that has to be built. */
  progress?: Progress | undefined;
}

/** Documents of one call while an index is built: what its progress moves by. */
const INDEX_BATCH = 1024;

export class EncoderRetriever implements Retriever {
  readonly name = 'encoder';
  /** What the index was made with, and how many documents were cut. */
  readonly index: IndexHeader;
  private readonly encoder: Encoder;
  private readonly traces: readonly Trace[];
  private readonly spec: RetrieverSpec;
  private readonly tokenize: Tokenize;
  private truncated = 0;

  private constructor(encoder: Encoder, index: IndexHeader, traces: readonly Trace[], tokenize: Tokenize) {
    this.encoder = encoder;
    this.index = index;
    this.traces = traces;
    this.spec = index.spec;
    this.tokenize = tokenize;
  }

  /**
   * Opens the retriever of `folder` over `traces` with the index in `indexFolder`, which is built where there is none.
   * Throws `data` where an index was made with another encoder, corpus or setting, `model` at damaged files.
   */
  static async open(
    folder: string,
    indexFolder: string,
    traces: readonly Trace[],
    options: EncoderRetrieverOptions = {},
  ): Promise<EncoderRetriever> {
    const retriever = await readRetriever(folder);
    const tokenizer = await Tokenizer.load(folder);
    const tokenize = (text: string) => tokenizer.encode(text);
    const { header, encoder } = retriever;
    const key = indexKey(retriever, traces);
    // An index that does not belong here is refused before the worker starts.
    const found = (await readIndexHeader(indexFolder)) ? await readIndex(indexFolder, key) : undefined;
    const { scoring } = header.spec;
    const client = await EncoderClient.open({ ...encoder, scoring, temperature: 1, threads: options.threads });
    try {
      const built =
        found ?? (await buildIndex(client, key, { traces, tokenize, folder: indexFolder, progress: options.progress }));
      await client.setDocuments(built.vectors);
      return new EncoderRetriever(client, built.header, traces, tokenize);
    } catch (error) {
      await client.dispose();
      throw error;
    }
  }

  /** Questions that were cut to `maxQueryTokens` since this was opened. */
  get truncatedQueries(): number {
    return this.truncated;
  }

  async search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    const hits_Q: Hit[][] = [];
    const count = this.traces.length;
    const atOnce = Math.max(1, Math.floor(SCORE_CELLS / Math.max(1, count)));
    for (let from = 0; from < queries.length; from += atOnce) {
      const part = queries.slice(from, from + atOnce);
      const { ids, truncated } = tokenizeQueries(
        part.map((query) => query.question),
        this.tokenize,
        this.spec,
      );
      this.truncated += truncated;
      const scores = await this.encoder.score(await this.encoder.encode(ids));
      part.forEach((query, q) =>
        hits_Q.push(rankTraces(query, this.traces, scores.subarray(q * count, (q + 1) * count), options)),
      );
    }
    return hits_Q;
  }

  dispose(): Promise<void> {
    return this.encoder.dispose();
  }
}

function indexKey({ header, encoder }: RetrieverFolder, traces: readonly Trace[]): IndexKey {
  const { encoderHash, spec } = header;
  return { encoderHash, corpusHash: corpusHash(traces, spec), dim: encoder.config.dim, normalisation: 'l2', spec };
}

async function buildIndex(
  encoder: Encoder,
  key: IndexKey,
  of: { traces: readonly Trace[]; tokenize: Tokenize; folder: string; progress: Progress | undefined },
): Promise<Index> {
  const { traces, tokenize, folder, progress = silent } = of;
  const { ids, truncated } = tokenizeDocuments(traces, tokenize, key.spec);
  const task = progress.task('index', ids.length, 'traces');
  const parts: TokenVectors[] = [];
  for (let from = 0; from < ids.length; from += INDEX_BATCH) {
    parts.push(await encoder.encode(ids.slice(from, from + INDEX_BATCH)));
    task.update(Math.min(ids.length, from + INDEX_BATCH));
  }
  task.end();
  const vectors = joinTexts(parts, key.dim);
  return { header: await writeIndex(folder, { ...key, truncatedDocuments: truncated }, vectors), vectors };
}
