/** Builds an index of texts, and finds beside it what is true: the best documents by the vectors as they were given, in float32. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ExactSearch } from '../../src/retriever/index/exact-search.js';
import { IndexClient, SPEC_DEFAULTS, type IndexDocument, type IndexKey } from '../../src/retriever/index.js';
import { joinTexts, type TokenVectors } from '../../src/retriever/encode/token-vectors.js';
import { peakGigabytes, type Measure } from '../measure.js';
import type { Texts } from './synthetic.js';

/** Documents of one call. */
const BATCH = 1024;
export const K = 10;
export const QUERY_TOKENS = 32;

export interface Built {
  measures: Measure[];
  /** Ids of the K best documents of each query, best first. */
  truth: string[][];
}

export function benchKey(dim: number): IndexKey {
  return { encoderHash: 'bench', dim, normalisation: 'l2', spec: SPEC_DEFAULTS };
}

/** Builds the index of `folder`; `queries` is how many there are. */
export async function buildIndex(
  texts: Texts,
  folder: string,
  { threads, queries: count }: { threads: number; queries: number },
): Promise<Built> {
  const { documents: total, dim } = texts.size;
  const queries = joinTexts(texts.queries(count, QUERY_TOKENS), dim);
  const index = await IndexClient.open({ folder, key: benchKey(dim), threads });
  const best = await TrueBest.of(queries, threads);
  let adding = 0;
  for (let from = 0; from < total; from += BATCH) {
    const documents = texts.documents(from, Math.min(total, from + BATCH));
    const start = performance.now();
    await index.add(documents);
    adding += (performance.now() - start) / 1000;
    await best.add(documents);
  }
  const start = performance.now();
  await index.buildCentroids();
  const centroids = (performance.now() - start) / 1000;
  await index.dispose();
  await best.dispose();
  const measures = [
    { measure: 'add_seconds', value: adding, unit: 's' },
    { measure: 'centroids_seconds', value: centroids, unit: 's' },
    { measure: 'build_seconds', value: adding + centroids, unit: 's' },
    { measure: 'build_peak_memory', value: peakGigabytes(), unit: 'GB' },
    { measure: 'disk', value: (await diskBytes(folder)) / 1e6, unit: 'MB' },
  ];
  return { measures, truth: best.ids() };
}

/** The best documents of queries by their vectors as they were given, of documents that come batch by batch. */
export class TrueBest {
  readonly k = K;
  private readonly queries: TokenVectors;
  private readonly exact: ExactSearch;
  private best: { id: string; score: number }[][];

  private constructor(queries: TokenVectors, exact: ExactSearch) {
    this.queries = queries;
    this.exact = exact;
    this.best = Array.from(queries.lengths, () => []);
  }

  static async of(queries: TokenVectors, threads: number): Promise<TrueBest> {
    return new TrueBest(queries, await ExactSearch.create(queries.dim, SPEC_DEFAULTS.scoring, threads));
  }

  async add(documents: readonly IndexDocument[]): Promise<void> {
    const sets = documents.map(({ chunks }) => chunks);
    this.exact.setDocuments(joinTexts(sets, this.queries.dim));
    const scores = await this.exact.score(this.queries);
    this.best = this.best.map((known, q) => {
      const own = documents.map(({ id }, i) => ({ id, score: scores[q * documents.length + i] as number }));
      return [...known, ...own].toSorted((a, b) => b.score - a.score).slice(0, K);
    });
  }

  /** Ids of the K best of each query, best first. */
  ids(): string[][] {
    return this.best.map((hits) => hits.map(({ id }) => id));
  }

  dispose(): Promise<void> {
    return this.exact.dispose();
  }
}

async function diskBytes(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((a, b) => a + b, 0);
}
