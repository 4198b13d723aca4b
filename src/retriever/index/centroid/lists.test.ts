/** Inverted lists in a file of the index: what they save, and what becomes of them when the index changes or the file is not what it was. */
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Rng } from '../../../core/rng.js';
import { temporaryFolder } from '../../../core/testing/temporary-folder.js';
import { ExactSearch } from '../exact-search.js';
import { IndexStore } from '../store/store.js';
import { StoredIndex } from '../stored-index.js';
import { clusteredTexts, someDocuments } from '../testing/documents.js';
import { WRITER_KEY } from '../testing/writer-plan.js';
import { readCodes } from './build.js';
import { readLists } from './lists.js';
import { CentroidProducts } from './nearest.js';
import { makePostings } from './postings.js';

const { dim, spec } = WRITER_KEY;
const documents = someDocuments(80, dim);
const queries = clusteredTexts([4, 7], dim, Rng.fromSeed('queries'));

/** Few candidates, so that what is found depends on the lists. */
async function opened(folder: string): Promise<StoredIndex> {
  const scorer = await ExactSearch.create(dim, spec.scoring, 1);
  const products = await CentroidProducts.create(dim, 1);
  const store = await IndexStore.open(folder, WRITER_KEY, 'int8');
  const index = await StoredIndex.open(store, { scorer, products, search: { probes: 2, pool: 30, candidates: 8 } });
  onTestFinished(async () => {
    await index.dispose();
    await products.dispose();
    await scorer.dispose();
  });
  return index;
}

async function built(): Promise<StoredIndex> {
  const index = await opened(join(await temporaryFolder(), 'index'));
  await index.add(documents.slice(0, 60));
  await index.buildCentroids();
  return index;
}

/** The lists of the folder are those that its codes give. */
async function expectLists({ store }: StoredIndex, segments: number): Promise<void> {
  const { shape } = store.header.centroids!;
  const count = shape[0] * shape[1];
  const found = await readLists(store, count);
  const codes = await Promise.all(store.header.segments.slice(0, segments).map((_, i) => readCodes(store, i)));
  const lengths = codes.map((_, i) => store.documents.lengthOf.slice(...store.documents.chunksOfSegment(i)));
  const own = codes.map((one, i) => ({ codes: one, lengths: lengths[i]! }));
  expect(found).toEqual({
    segments,
    chunks: store.documents.chunksOfSegment(segments)[0],
    lists: makePostings(own, 0, count),
  });
}

it('stay with the index through additions, removals and compaction', async () => {
  const index = await built();
  await expectLists(index, 1);
  await index.add(documents.slice(60, 64));
  await index.remove(['d1', 'd61']);
  await expectLists(index, 1);
  // A quarter more: written anew.
  await index.add(documents.slice(64));
  await expectLists(index, 3);
  await index.compact();
  await expectLists(index, 1);
  const hits = await index.search(queries, { k: 2 });
  expect(await (await opened(index.store.folder)).search(queries, { k: 2 })).toEqual(hits);
  await index.buildCentroids({ anew: true });
  await expectLists(index, 1);
  const files = await readdir(index.store.folder);
  expect(files.filter((file) => file.startsWith('lists-'))).toHaveLength(1);
});

it.each<[string, (file: string) => Promise<void>]>([
  ['missing', (file) => rm(file)],
  ['cut', (file) => truncate(file, 40)],
  ['changed', async (file) => writeFile(file, (await readFile(file)).fill(1, 0, 4))],
])('are made anew where the file is %s, and written by the next compaction', async (_, damage) => {
  const index = await built();
  await index.add(documents.slice(60, 64));
  const hits = await index.search(queries, { k: 2 });
  const { folder, header } = index.store;
  await damage(join(folder, header.lists!.file));
  const again = await opened(folder);
  expect(await again.search(queries, { k: 2 })).toEqual(hits);
  await again.compact();
  await expectLists(again, 1);
  expect(await (await opened(folder)).search(queries, { k: 2 })).toEqual(hits);
});

it('are made in memory in a folder that was built without them', async () => {
  const index = await built();
  const hits = await index.search(queries, { k: 2 });
  await index.store.amend(({ lists: _lists, ...header }) => Promise.resolve(header));
  expect(await (await opened(index.store.folder)).search(queries, { k: 2 })).toEqual(hits);
});
