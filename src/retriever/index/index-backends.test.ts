/** The contract of an index, by every backend of this project. */
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll } from 'vitest';
import type { TokenVectors } from '../encode/token-vectors.js';
import { SPEC_DEFAULTS } from '../encode/spec.js';
import { CentroidProducts } from './centroid/nearest.js';
import { ExactIndex } from './exact-index.js';
import { ExactSearch } from './exact-search.js';
import type { IndexKey } from './store/header.js';
import type { IndexDtype } from './store/quantise.js';
import { IndexStore } from './store/store.js';
import { StoredIndex } from './stored-index.js';
import { someDocuments } from './testing/documents.js';
import { testIndex } from './testing/index-contract.js';

const dim = 16;
const key: IndexKey = { encoderHash: 'abc', dim, normalisation: 'l2', spec: SPEC_DEFAULTS };
const scoring = SPEC_DEFAULTS.scoring;
/** Half a step of the largest number a number, at most, over 16 numbers: far more than is seen. */
const INT8 = 0.01;

let folder: string;
let products: CentroidProducts;
const searches: ExactSearch[] = [];
let made = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-indexes-'));
  products = await CentroidProducts.create(dim, 1);
});
afterAll(async () => {
  await products.dispose();
  for (const search of searches) await search.dispose();
  await rm(folder, { recursive: true });
});

async function scorer() {
  const search = await ExactSearch.create(dim, scoring, 1);
  searches.push(search);
  return {
    setDocuments: (vectors: TokenVectors) => Promise.resolve(search.setDocuments(vectors)),
    score: (queries: TokenVectors) => search.score(queries),
  };
}

async function stored(dtype: IndexDtype, options: { residentNumbers?: number } = {}, at?: string) {
  const store = await IndexStore.open(at ?? join(folder, `index-${made++}`), key, dtype);
  return StoredIndex.open(store, { scorer: await scorer(), ...options });
}

/** An index by centroids of documents that have gone: what is added is assigned to them. */
async function byCentroids(search: object) {
  const store = await IndexStore.open(join(folder, `index-${made++}`), key, 'int8');
  const index = await StoredIndex.open(store, { scorer: await scorer(), products, search });
  const others = someDocuments(30, dim, 'first').map((document) => ({ ...document, id: `first ${document.id}` }));
  await index.add(others);
  await index.buildCentroids();
  await index.remove(others.map(({ id }) => id));
  return index;
}

testIndex({ name: 'in memory', dim, scoring, tolerance: 0, make: async () => new ExactIndex(await scorer(), dim) });

testIndex({
  name: 'on disk, float32',
  dim,
  scoring,
  tolerance: 0,
  make: () => stored('float32'),
  reopen: (index) => stored('float32', {}, (index as StoredIndex).store.folder),
});

testIndex({
  name: 'on disk, int8, in blocks',
  dim,
  scoring,
  tolerance: INT8,
  make: () => stored('int8', { residentNumbers: 20 * dim }),
  reopen: (index) => stored('int8', { residentNumbers: 20 * dim }, (index as StoredIndex).store.folder),
});

testIndex({
  name: 'by centroids, every document a candidate',
  dim,
  scoring,
  tolerance: INT8,
  make: () => byCentroids({ probes: 4, candidates: 200 }),
});

testIndex({
  name: 'by centroids, most documents left out',
  dim,
  scoring,
  tolerance: INT8,
  make: () => byCentroids({ probes: 64, candidates: 1 }),
});
