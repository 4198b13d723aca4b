/** The worker thread of an index on disk with centroids: reading, products and lists are away from the main thread. */
import { closeAll, openWhole } from '../../core/closing.js';
import { RaRftError } from '../../core/errors.js';
import { serveMethods, type Report } from '../../core/worker-rpc.js';
import type { TokenVectors } from '../encode/token-vectors.js';
import { CentroidProducts } from './centroid/nearest.js';
import type { CentroidSearchOptions } from './centroid/search.js';
import { ExactSearch } from './exact-search.js';
import type { IndexHeader, IndexKey } from './store/header.js';
import type { IndexDtype } from './store/quantise.js';
import { IndexStore, type AddFacts } from './store/store.js';
import { StoredIndex } from './stored-index.js';
import type { IndexDocument, IndexSearch, Scored } from './types.js';

/** What an index is opened with. */
export interface IndexSetup {
  folder: string;
  key: IndexKey;
  /** How numbers of a new index are kept. */
  dtype?: IndexDtype | undefined;
  threads?: number | undefined;
  search?: Partial<CentroidSearchOptions> | undefined;
  /** Search exactly although there are centroids. */
  exact?: boolean | undefined;
}

interface Opened {
  index: StoredIndex;
  products: CentroidProducts;
  scorer: ExactSearch;
}

let current: Opened | undefined;

function opened(): Opened {
  if (!current) throw new RaRftError({ code: 'internal', message: 'the index worker was not opened' });
  return current;
}

const methods = {
  /** Ids of all documents that can be found. */
  open: async ({ folder, key, dtype = 'int8', threads, search = {}, exact = false }: IndexSetup): Promise<string[]> => {
    current = await openWhole(async (own) => {
      const products = own(await CentroidProducts.create(key.dim, threads));
      const scorer = own(await ExactSearch.create(key.dim, key.spec.scoring, threads));
      const store = await IndexStore.open(folder, key, dtype);
      const index = await StoredIndex.open(store, { scorer, search, ...(!exact && { products }) });
      return { index, products, scorer };
    });
    const { ids, live } = current.index.store.documents;
    return ids.filter((_, place) => live[place] === 1);
  },
  header: (_: null): IndexHeader => opened().index.store.header,
  add: ({ documents, facts }: { documents: readonly IndexDocument[]; facts: AddFacts }): Promise<void> =>
    opened().index.add(documents, facts),
  remove: (ids: readonly string[]): Promise<number> => opened().index.remove(ids),
  compact: (_: null): Promise<void> => opened().index.compact(),
  buildCentroids: (options: { anew?: boolean }, report: Report): Promise<void> =>
    opened().index.buildCentroids(options, report),
  vectorsOf: (ids: readonly string[]): Promise<TokenVectors[]> => opened().index.vectorsOf(ids),
  search: ({ queries, options }: { queries: TokenVectors; options: IndexSearch }): Promise<Scored[][]> =>
    opened().index.search(queries, options),
  close: (_: null): Promise<void> => closeAll(Object.values(opened()) as Opened[keyof Opened][]),
};

/** What the worker serves, for the typed client. */
export type IndexMethods = typeof methods;

serveMethods(methods);
