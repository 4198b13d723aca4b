/**
 * Collections in the layout of BEIR: corpus.jsonl { _id, title, text }, queries.jsonl { _id, text }, qrels/SPLIT.tsv with query, document
 * and gain. Queries may carry `excluded_ids` as in BRIGHT: documents that must not come back for them.
 */
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { readJsonl } from '../../core/jsonl.js';
import { exists, ignoreMissing } from '../../core/missing.js';
import type { Trace } from '../../data/types.js';
import type { Query } from '../types.js';

/** A query that is judged. */
export interface BeirQuery extends Query {
  /** Gain of each judged document; 0 and below is not relevant. */
  gains: ReadonlyMap<string, number>;
  /** Documents that must not come back: those that the query names, and one of its own id (as BEIR's evaluation has it). */
  excluded: ReadonlySet<string>;
}

export interface BeirCollection {
  name: string;
  split: string;
  documents: Trace[];
  /** Those with judgements in the split, in the order of queries.jsonl. */
  queries: BeirQuery[];
  /** Judged documents that are not in the corpus: nobody can find them, and they count. */
  missingDocuments: number;
  /** Documents with neither a title nor a text. */
  emptyDocuments: number;
}

/** Reads a collection. Throws `data` with file and line at what is not of this layout, `usage` where files are missing. */
export async function readBeir(folder: string, split = 'test'): Promise<BeirCollection> {
  const qrels = join(folder, 'qrels', `${split}.tsv`);
  for (const file of [join(folder, 'corpus.jsonl'), join(folder, 'queries.jsonl'), qrels])
    if (!(await exists(file))) throw await missingFile(folder, file);
  const documents = await readDocuments(join(folder, 'corpus.jsonl'));
  const judged = parseQrels(await readFile(qrels, 'utf8'), qrels);
  const queries = await readQueries(join(folder, 'queries.jsonl'), judged);
  const found = new Set(queries.map(({ id }) => id));
  const lost = [...judged.keys()].find((id) => !found.has(id));
  if (lost !== undefined)
    throw bad(qrels, `query ${lost} is judged and not in queries.jsonl`, 'the queries of the qrels');
  const known = new Set(documents.map(({ id }) => id));
  const missing = new Set([...judged.values()].flatMap((gains) => [...gains.keys()]).filter((id) => !known.has(id)));
  const emptyDocuments = documents.filter(({ question, trace }) => `${question}${trace}`.trim() === '').length;
  return { name: basename(folder), split, documents, queries, missingDocuments: missing.size, emptyDocuments };
}

async function readDocuments(file: string): Promise<Trace[]> {
  const documents: Trace[] = [];
  const seen = new Set<string>();
  for await (const { line, value } of readJsonl<Record<string, unknown> | null>(file)) {
    const where = `${file}:${line}`;
    const id = idOf(value?.['_id'], where);
    if (seen.has(id)) throw bad(where, `the document ${id} was there before`, 'an id for each document');
    seen.add(id);
    const { title = '', text } = value ?? {};
    if (typeof text !== 'string') throw bad(where, `document ${id} has no text`, '{ "_id", "title", "text" }');
    documents.push({ id, question: typeof title === 'string' ? title : '', trace: text, answer: '' });
  }
  return documents;
}

async function readQueries(
  file: string,
  judged: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Promise<BeirQuery[]> {
  const queries: BeirQuery[] = [];
  for await (const { line, value } of readJsonl<Record<string, unknown> | null>(file)) {
    const where = `${file}:${line}`;
    const id = idOf(value?.['_id'], where);
    const gains = judged.get(id);
    if (!gains) continue;
    const { text, excluded_ids: named = [] } = value ?? {};
    if (typeof text !== 'string' || text.trim() === '')
      throw bad(where, `query ${id} has no text`, '{ "_id", "text" }');
    if (!Array.isArray(named)) throw bad(where, `excluded_ids is ${JSON.stringify(named)}`, 'a list of ids');
    if (queries.some((query) => query.id === id))
      throw bad(where, `the query ${id} was there before`, 'an id for each query');
    queries.push({ id, question: text, gains, excluded: new Set([id, ...named.map(String)]) });
  }
  return queries;
}

/** Query -> document -> gain, from lines "query, document, gain" with tabs between; a heading may stand above them. */
export function parseQrels(text: string, file: string): Map<string, Map<string, number>> {
  const judged = new Map<string, Map<string, number>>();
  for (const [at, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue;
    const [query, document, gain, ...rest] = line.split('\t');
    const value = gain === undefined || gain.trim() === '' ? NaN : Number(gain);
    if (at === 0 && Number.isNaN(value) && gain !== undefined) continue; // query-id, corpus-id, score
    if (query === undefined || document === undefined || Number.isNaN(value) || rest.length > 0)
      throw bad(
        `${file}:${at + 1}`,
        `found ${JSON.stringify(line.slice(0, 80))}`,
        'query, document and gain with tabs between',
      );
    const own = judged.get(query) ?? new Map<string, number>();
    judged.set(query, own.set(document, value));
  }
  return judged;
}

function idOf(id: unknown, where: string): string {
  if (typeof id === 'string' || typeof id === 'number') return String(id);
  throw bad(where, `_id is ${JSON.stringify(id) ?? 'missing'}`, 'a text');
}

function bad(where: string, message: string, expected: string): RaRftError {
  return new RaRftError({ code: 'data', message, where, expected });
}

async function missingFile(folder: string, file: string): Promise<RaRftError> {
  const splits = ((await readdir(join(folder, 'qrels')).catch(ignoreMissing)) ?? []).join(', ');
  return new RaRftError({
    code: 'usage',
    message: `there is no ${file}`,
    where: '--beir',
    expected: 'a folder with corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv',
    ...(splits !== '' && { hint: `qrels/ has ${splits}: --split names one.` }),
  });
}
