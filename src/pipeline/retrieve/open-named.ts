/** Retrievers by their names in the map, ready to search. */
import { join } from 'node:path';
import { llmApiKey, partsOf, withAllBehind, type Config } from '../../config/index.js';
import { openWhole } from '../../core/closing.js';
import { RaRftError } from '../../core/errors.js';
import type { Progress } from '../../core/progress.js';
import type { Trace } from '../../data/index.js';
import { EmbeddingsClient } from '../../llm/index.js';
import {
  bm25OptionsOf,
  Bm25Retriever,
  EncodedRetriever,
  FusedRetriever,
  OracleRetriever,
  RandomRetriever,
  RerankRetriever,
  ServerEncoder,
  type EmbeddingsEntry,
  type FusedPart,
  type IndexServer,
  type TraceRetriever,
} from '../../retriever/index.js';
import type { RetrieverName } from './contexts.js';

/** What retrievers are opened over. */
export interface NamedSources {
  config: Pick<Config, 'retriever' | 'retrievers' | 'seed' | 'llm' | 'engine'>;
  corpus: readonly Trace[];
  /** Opens an encoder of the map; undefined where it was not made. */
  openEncoder: (name: RetrieverName) => Promise<TraceRetriever> | undefined;
  /** Folder of the run: vectors from servers are kept in its embeddings/. */
  root: string;
  progress: Progress;
}

export async function openNamed(name: RetrieverName, sources: NamedSources): Promise<TraceRetriever> {
  const { config, corpus } = sources;
  const entry = config.retrievers[name];
  switch (entry?.kind) {
    case 'encoder': {
      const opening = sources.openEncoder(name);
      if (!opening)
        throw new RaRftError({ code: 'internal', message: `the encoder of the retriever ${name} was not made` });
      return opening;
    }
    case 'bm25':
      return new Bm25Retriever(corpus, bm25OptionsOf(entry));
    case 'rerank': {
      const { first, then } = entry;
      return openWhole(async (own) => {
        const proposing = own(await openNamed(first, sources));
        return new RerankRetriever(proposing, own(await openNamed(then, sources)), entry);
      });
    }
    case 'fuse':
      return openWhole(async (own) => {
        const parts: FusedPart[] = [];
        for (const of of partsOf(entry))
          parts.push({ retriever: own(await openNamed(of, sources)), weight: entry.of[of]! });
        return new FusedRetriever(parts, entry);
      });
    case 'embeddings':
      return openEmbeddings(name, entry, sources);
    case 'random':
      return new RandomRetriever(corpus, config.seed, entry);
    case 'oracle':
      return new OracleRetriever(corpus, config.seed);
    case undefined:
      throw new RaRftError({ code: 'internal', message: `there is no retriever ${name}` });
  }
}

/** Throws `llm` where the key of a server that a retriever asks is not there: to be told before any work. */
export function refuseMissingKey({ retrievers }: Pick<Config, 'retrievers'>, name: RetrieverName): void {
  for (const of of withAllBehind({ retrievers }, name)) {
    const entry = retrievers[of];
    if (entry?.kind === 'embeddings') keyOf(`retrievers.${of}`, entry);
    if (entry?.kind === 'encoder') indexServerOf({ retrievers }, of);
  }
}

/** The database that keeps the vectors of an encoder, with its key; undefined where they are in the run folder. */
export function indexServerOf(
  { retrievers }: Pick<Config, 'retrievers'>,
  name: RetrieverName,
): IndexServer | undefined {
  const entry = retrievers[name];
  if (entry?.kind !== 'encoder' || !entry.server) return undefined;
  const { kind, url, timeoutSeconds } = entry.server;
  return { kind, url, timeoutMs: timeoutSeconds * 1000, apiKey: keyOf(`retrievers.${name}.server`, entry.server) };
}

function keyOf(where: string, { apiKeyEnv, url }: Pick<EmbeddingsEntry, 'apiKeyEnv' | 'url'>): string | undefined {
  return llmApiKey(apiKeyEnv, undefined, { where: `${where}.apiKeyEnv`, url });
}

async function openEmbeddings(
  name: RetrieverName,
  entry: EmbeddingsEntry,
  { config, corpus, root, progress }: NamedSources,
): Promise<TraceRetriever> {
  const client = await EmbeddingsClient.open({
    settings: entry,
    llm: config.llm,
    apiKey: keyOf(`retrievers.${name}`, entry),
    cachePath: join(root, 'embeddings', `${name}.jsonl`),
    where: `retrievers.${name}.url`,
  });
  const encoder = await ServerEncoder.open(client, entry);
  return EncodedRetriever.over(encoder, corpus, { text: entry.document ?? config.retriever.document, progress });
}
