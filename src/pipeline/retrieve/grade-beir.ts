/** Retrievers on a collection in the layout of BEIR, graded as published figures are. */
import { join } from 'node:path';
import { silent, type Progress } from '../../core/progress.js';
import { Rng } from '../../core/rng.js';
import { RANKS, retrievalScore, type RetrievalScore } from '../../eval/index.js';
import { EmbeddingsClient, type EmbeddingsSettings } from '../../llm/index.js';
import {
  Bm25Retriever,
  corpusHash,
  EncodedRetriever,
  encoderFolderOf,
  EncoderRetriever,
  gradeTrec,
  readRetriever,
  RerankRetriever,
  ServerEncoder,
  type BeirCollection,
  type TraceRetriever,
} from '../../retriever/index.js';
import type { Config } from '../../config/index.js';
import { tellCut } from './cut-texts.js';
import { DEPTH } from './grade-run.js';

export interface BeirRequest {
  collection: BeirCollection;
  /** Retriever folders, or what `Retriever.save` has written. */
  folders: readonly string[];
  /** With each folder also: so many candidates of BM25, ranked by it. 0: not. */
  rerank: number;
  /** A server's embeddings. */
  server?:
    | { settings: EmbeddingsSettings; apiKey: string | undefined; queryPrefix: string; documentPrefix: string }
    | undefined;
  llm: Config['llm'];
  resamples: number;
  /** Keeps indexes and vectors between calls. */
  out: string;
  progress?: Progress | undefined;
}

export interface BeirRow {
  name: string;
  score: RetrievalScore;
}

/** A row for BM25, each folder, each rerank and the server. */
export async function gradeBeir(request: BeirRequest): Promise<BeirRow[]> {
  const { collection, folders, rerank, server } = request;
  const { documents } = collection;
  const bm25 = () => Promise.resolve<TraceRetriever>(new Bm25Retriever(documents));
  const opens: [string, () => Promise<TraceRetriever>][] = [['bm25', bm25]];
  for (const folder of folders) {
    const open = () => openFolder(folder, request);
    opens.push([folder, open]);
    if (rerank > 0)
      opens.push([
        `bm25 ${rerank}, then ${folder}`,
        async () => new RerankRetriever(await bm25(), await open(), { candidates: rerank }),
      ]);
  }
  if (server) opens.push([server.settings.model, () => openServer(server, request)]);
  const rows: BeirRow[] = [];
  for (const [name, open] of opens) {
    const score = await gradeOne(name, await open(), request);
    if (score) rows.push({ name, score });
  }
  return rows;
}

async function gradeOne(
  name: string,
  retriever: TraceRetriever,
  { collection, resamples, progress = silent }: BeirRequest,
) {
  const { queries } = collection;
  try {
    const hits_Q = await retriever.search(queries, { k: DEPTH, excludeIds_Q: queries.map(({ excluded }) => excluded) });
    tellCut(name, retriever, progress);
    const grades = gradeTrec(
      hits_Q,
      queries.map(({ gains }) => gains),
      RANKS,
    );
    return retrievalScore(grades, { resamples, rng: Rng.fromSeed('beir') });
  } finally {
    await retriever.dispose();
  }
}

/** The index stands under hashes of encoder and collection: it is made once for both. */
async function openFolder(
  folder: string,
  { collection, out, progress = silent }: BeirRequest,
): Promise<TraceRetriever> {
  const encoder = await encoderFolderOf(folder);
  const { header } = await readRetriever(encoder);
  const of = corpusHash(collection.documents, header.spec).slice(0, 16);
  const index = join(out, 'index', `${header.encoderHash}-${of}`);
  return EncoderRetriever.open(encoder, index, collection.documents, { progress });
}

async function openServer(
  { settings, apiKey, ...prefixes }: NonNullable<BeirRequest['server']>,
  { collection, llm, out, progress }: BeirRequest,
): Promise<TraceRetriever> {
  const cachePath = join(out, 'embeddings.jsonl');
  const client = await EmbeddingsClient.open({ settings, llm, apiKey, cachePath, where: '--embeddings' });
  const encoder = await ServerEncoder.open(client, prefixes);
  return EncodedRetriever.over(encoder, collection.documents, { text: 'question+trace', progress });
}
