/** Files of an index that cannot be opened or written: nothing stays open. */
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openFilesIn, tellsOpenFiles } from '../../core/testing/open-files.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { SPEC_DEFAULTS } from '../encode/spec.js';
import { LibraryIndex } from '../library/library-index.js';
import { CentroidProducts } from './centroid/nearest.js';
import { ExactIndex } from './exact-index.js';
import { ExactSearch } from './exact-search.js';
import type { IndexKey } from './store/header.js';
import { IndexStore } from './store/store.js';
import { StoredIndex } from './stored-index.js';
import { someDocuments } from './testing/documents.js';

const dim = 16;
const key: IndexKey = { encoderHash: 'abc', dim, normalisation: 'l2', spec: SPEC_DEFAULTS };
const documents = someDocuments(30, dim);

let products: CentroidProducts;
let scorer: ExactSearch;
beforeAll(async () => {
  products = await CentroidProducts.create(dim, 1);
  scorer = await ExactSearch.create(dim, SPEC_DEFAULTS.scoring, 1);
});
afterAll(async () => {
  await products.dispose();
  await scorer.dispose();
});

async function written(folder: string): Promise<IndexStore['header']> {
  const index = await StoredIndex.open(await IndexStore.open(folder, key, 'int8'), { scorer, products });
  await index.add(documents.slice(0, 20));
  await index.add(documents.slice(20));
  await index.buildCentroids();
  await index.dispose();
  return index.store.header;
}

describe.skipIf(!tellsOpenFiles)('an index with a damaged file', () => {
  it('closes what it had opened', async () => {
    const folder = join(await temporaryFolder(), 'index');
    const { segments, centroids } = await written(folder);
    expect(openFilesIn(folder)).toEqual([]);
    const open = async () => StoredIndex.open(await IndexStore.open(folder, key, 'int8'), { scorer, products });
    await writeFile(join(folder, centroids!.file), 'damaged');
    await expect(open()).rejects.toMatchObject({ code: 'model', where: join(folder, centroids!.file) });
    expect(openFilesIn(folder)).toEqual([]);
    // The last segment: the first is open by then.
    const { file } = segments.at(-1)!.vectors;
    await truncate(join(folder, file), 5);
    await expect(open()).rejects.toMatchObject({ code: 'model', where: join(folder, file) });
    expect(openFilesIn(folder)).toEqual([]);
  });

  it('closes what it was saved into', async () => {
    const folder = join(await temporaryFolder(), 'index');
    await written(folder);
    const memory = new ExactIndex(
      { setDocuments: (given) => Promise.resolve(scorer.setDocuments(given)), score: (given) => scorer.score(given) },
      dim,
    );
    const index = new LibraryIndex(memory, {
      key,
      threads: 1,
      makeFolder: () => Promise.reject(new Error('no folder')),
    });
    onTestFinished(() => index.dispose());
    await index.add(documents.slice(0, 2));
    // They are there already.
    await expect(index.saveTo(folder, key, 0)).rejects.toMatchObject({ code: 'data' });
    expect(openFilesIn(folder)).toEqual([]);
  });
});
