/** `ra-rft retriever eval`: figures of retrievers with 95 % intervals. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { llmApiKey, resolveConfig } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { DEPTH, gradeBeir, gradeRun, gradeSaved, labelledTestSplit, type BeirRequest } from '../pipeline/index.js';
import { formatTable, retrievalTable } from '../report/index.js';
import { readBeir } from '../retriever/index.js';
import type { CliContext } from './context.js';
import { wholeNumber } from './whole-number.js';

export interface RetrieverEvalOptions {
  beir?: string;
  split?: string;
  rerank?: string;
  embeddings?: string;
  model?: string;
  apiKeyEnv?: string;
  queryPrefix?: string;
  documentPrefix?: string;
  out?: string;
  json?: boolean;
}

/** Options that say something of a collection. */
const ofBeir = ['split', 'rerank', 'embeddings', 'model', 'apiKeyEnv', 'queryPrefix', 'documentPrefix', 'out'] as const;
const BEIR_TEXT = `per cent [95 % interval]; recall@k: share of the relevant documents, MRR over the first ${DEPTH}, nDCG@10: as pytrec_eval`;
const RUN_TEXT = `per cent [95 % interval]; recall@k: any of the first k is relevant, MRR over the first ${DEPTH}`;

export async function retrieverEvalVerb(
  folders: readonly string[],
  options: RetrieverEvalOptions,
  context: CliContext,
): Promise<void> {
  if (options.beir !== undefined) {
    await evalBeir(folders, options.beir, options, context);
    return;
  }
  const given = ofBeir.find((name) => options[name] !== undefined);
  if (given !== undefined) {
    const option = `--${given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw usage(`${option} says something of a collection, and --beir names none`, option, '--beir with a folder');
  }
  const [folder, ...more] = folders;
  if (folder === undefined || more.length > 0)
    throw usage(`${folders.length} folders are named`, 'folders', 'one run folder or retriever folder, or --beir');
  if (existsSync(join(folder, 'config.yaml'))) await evalRun(folder, options, context);
  else await evalSaved(folder, options, context);
}

async function evalRun(folder: string, { json }: RetrieverEvalOptions, context: CliContext): Promise<void> {
  const { rows, leftOut } = await gradeRun(folder, { progress: context.progress });
  if (json === true) {
    context.out(JSON.stringify({ rows, leftOut }, null, 2));
    return;
  }
  context.out(RUN_TEXT);
  for (const split of new Set(rows.map((row) => row.split))) {
    const about =
      split === labelledTestSplit
        ? 'labelled queries that chose neither checkpoint nor settings, among the traces that were judged for them'
        : `test problems (${split}), by truth, among all traces that they may be shown`;
    context.out(`\n${about}`);
    context.out(formatTable(retrievalTable(rows.filter((row) => row.split === split))));
  }
  for (const { name, why } of leftOut) context.out(`left out: ${name}, since ${why}`);
}

async function evalSaved(folder: string, { json }: RetrieverEvalOptions, context: CliContext): Promise<void> {
  const rows = await gradeSaved(folder, { resamples: resolveConfig({}).eval.bootstrapSamples });
  if (json === true) context.out(JSON.stringify({ rows }, null, 2));
  else {
    context.out(`${RUN_TEXT}\nlabelled questions that chose nothing; a trace without a label counts as not relevant`);
    context.out(formatTable(retrievalTable(rows)));
  }
}

async function evalBeir(
  folders: readonly string[],
  path: string,
  options: RetrieverEvalOptions,
  context: CliContext,
): Promise<void> {
  const collection = await readBeir(path, options.split);
  const { llm, eval: evaluation } = resolveConfig({});
  const rerank = options.rerank === undefined ? 0 : wholeNumber('--rerank', options.rerank, 1);
  if (rerank > 0 && folders.length === 0)
    throw usage('--rerank has no retriever to rank the candidates', '--rerank', 'a retriever folder beside it');
  const out = options.out ?? join('evals', `beir-${basename(resolve(path))}`);
  const server = serverOf(options);
  const { progress } = context;
  const rows = await gradeBeir({
    collection,
    folders,
    rerank,
    server,
    llm,
    resamples: evaluation.bootstrapSamples,
    out,
    progress,
  });
  const { documents, queries, split, missingDocuments, emptyDocuments } = collection;
  const withoutRelevant = queries.filter(({ gains }) => ![...gains.values()].some((gain) => gain > 0)).length;
  const counts = {
    documents: documents.length,
    queries: queries.length,
    missingDocuments,
    emptyDocuments,
    withoutRelevant,
  };
  if (options.json === true) {
    context.out(JSON.stringify({ collection: path, split, scores: 'float32', ...counts, rows }, null, 2));
    return;
  }
  context.out(`${path} (${split}): ${counts.documents} documents, ${counts.queries} queries`);
  if (missingDocuments > 0)
    context.out(`${missingDocuments} judged documents are not in the corpus; they count as not found`);
  if (emptyDocuments > 0) context.out(`${emptyDocuments} documents have neither title nor text`);
  if (withoutRelevant > 0) context.out(`${withoutRelevant} queries have no relevant document; they count 0`);
  context.out(BEIR_TEXT);
  context.out(formatTable(retrievalTable(rows)));
}

function serverOf(options: RetrieverEvalOptions): BeirRequest['server'] {
  const { embeddings: url, model, apiKeyEnv = null, queryPrefix, documentPrefix } = options;
  if (url === undefined) {
    const given = [model, options.apiKeyEnv, queryPrefix, documentPrefix].some((value) => value !== undefined);
    if (given) throw usage('no server is named for the model', '--embeddings', 'the address of a server');
    return undefined;
  }
  if (model === undefined) throw usage('no model is named', '--model', 'the name of a model on that server');
  if (!/^https?:\/\//.test(url)) throw usage(`--embeddings is ${url}`, '--embeddings', 'http://host:port/v1');
  return {
    settings: { url, model, dimensions: null, batch: 64 },
    apiKey: llmApiKey(apiKeyEnv, undefined, { where: '--api-key-env', url }),
    queryPrefix: queryPrefix ?? '',
    documentPrefix: documentPrefix ?? '',
  };
}

function usage(message: string, where: string, expected: string): RaRftError {
  return new RaRftError({ code: 'usage', message, where, expected });
}
