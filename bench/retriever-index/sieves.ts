/** Which sieve of a search by centroids loses what: the share of the true best that is still there after each. */
import { CentroidProducts } from '../../src/retriever/index/centroid/nearest.js';
import { CentroidSearch, type CentroidSearchOptions } from '../../src/retriever/index/centroid/search.js';
import { IndexStore } from '../../src/retriever/index/store/store.js';
import type { Measure } from '../measure.js';
import { benchKey, QUERY_TOKENS } from './build.js';
import type { Texts } from './synthetic.js';

const TUNINGS: readonly CentroidSearchOptions[] = [
  { probes: 8, pool: 8192, candidates: 512 },
  { probes: 8, pool: 16_384, candidates: 1024 },
];

/** Yields the shares in the pool and among the candidates. What is found of the latter in the end is lost to bytes. */
export async function* sieves(
  texts: Texts,
  folder: string,
  { threads, truth }: { threads: number; truth: readonly string[][] },
): AsyncGenerator<Measure> {
  const store = await IndexStore.open(folder, benchKey(texts.size.dim), 'int8');
  const products = await CentroidProducts.create(texts.size.dim, threads);
  const search = await CentroidSearch.load(store, products);
  const { ids, documentOf, live } = store.documents;
  const allowed = Uint8Array.from(documentOf, (place) => live[place] as number);
  const queries = texts.queries(truth.length, QUERY_TOKENS);
  const shareOf = async (options: CentroidSearchOptions) => {
    let found = 0;
    for (const [q, { vectors }] of queries.entries()) {
      const chunks = await search.candidates(vectors, allowed, options);
      const there = new Set(chunks.map((chunk) => ids[documentOf[chunk] as number]));
      found += (truth[q] as string[]).filter((id) => there.has(id)).length / (truth[q] as string[]).length;
    }
    return found / queries.length;
  };
  for (const tuning of TUNINGS) {
    const { probes, pool, candidates } = tuning;
    const inPool = await shareOf({ ...tuning, candidates: pool });
    yield { measure: `in_pool_${probes}x${pool}`, value: inPool, unit: 'share' };
    yield { measure: `in_candidates_${probes}x${pool}x${candidates}`, value: await shareOf(tuning), unit: 'share' };
  }
  store.close();
  await products.dispose();
}
