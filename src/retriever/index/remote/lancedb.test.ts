/** The contract of an index in LanceDB itself, in a folder. Skipped where the package is not installed; docs/retrievers.md says how. */
import { createRequire } from 'node:module';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Rng } from '../../../core/rng.js';
import { temporaryFolder } from '../../../core/testing/temporary-folder.js';
import { clusteredTexts, someDocuments } from '../testing/documents.js';
import { expectedHits, testIndex } from '../testing/index-contract.js';
import { LANCE_INSTALL } from './lancedb-module.js';
import { LanceIndexTable } from './lancedb.js';
import { RemoteIndex } from './remote-index.js';
import { lanceIsThere } from './testing/lancedb.js';
import { expectSameFilters } from './testing/filters.js';

const dim = 16;
const like = { dim, scoring: 'mean' } as const;
const folders = new WeakMap<object, string>();

async function open(folder: string): Promise<RemoteIndex> {
  const index = await RemoteIndex.open(await LanceIndexTable.open(folder, 'ra-rft-test', dim), like);
  folders.set(index, folder);
  return index;
}

describe.skipIf(!lanceIsThere)(`LanceDB${lanceIsThere ? '' : ` (skipped: ${LANCE_INSTALL})`}`, () => {
  testIndex({
    name: 'LanceDB',
    ...like,
    tolerance: 0,
    make: async () => open(await temporaryFolder()),
    reopen: async (index) => {
      await index.dispose();
      return open(folders.get(index) as string);
    },
  });

  it('filters as every index does', async () => {
    const table = await LanceIndexTable.open(await temporaryFolder(), 'ra-rft-filters', dim);
    onTestFinished(() => table.close());
    await expectSameFilters(table, dim);
  });

  it('gives exact scores where the table has a vector index, which only proposes', async () => {
    const folder = await temporaryFolder();
    const documents = someDocuments(300, dim).filter(({ chunks }) => chunks.vectors.length > 0);
    const index = await open(folder);
    onTestFinished(() => index.dispose());
    await index.add(documents);
    const queries = clusteredTexts([6, 3], dim, Rng.fromSeed('queries'));
    const exact = await index.search(queries, { k: 10 });
    await buildVectorIndex(folder, 'ra-rft-test');
    const again = await open(folder);
    onTestFinished(() => again.dispose());
    const found = await again.search(queries, { k: 10 });
    const expected = expectedHits(queries, documents, 'mean');
    for (const [q, hits] of found.entries()) {
      for (const { id, score } of hits) expect(score).toBeCloseTo(expected[q]!.find((one) => one.id === id)!.score, 5);
      const best = new Set(exact[q]!.map(({ id }) => id));
      expect(hits.filter(({ id }) => best.has(id)).length).toBeGreaterThanOrEqual(7);
    }
  });

  it('leaves a table alone that is not its own', async () => {
    const folder = await temporaryFolder();
    await (await LanceIndexTable.open(folder, 'ra-rft-other', dim)).close();
    await expect(LanceIndexTable.open(folder, 'ra-rft-other', dim + 1)).rejects.toMatchObject({ code: 'data' });
    await expect(LanceIndexTable.open('nowhere://x', 'a', dim)).rejects.toMatchObject({ code: 'io' });
  });
});

it.runIf(!lanceIsThere)('says what to install where it is not there', async () => {
  await expect(LanceIndexTable.open('folder', 'name', dim)).rejects.toMatchObject({
    code: 'io',
    hint: expect.stringContaining(LANCE_INSTALL),
  });
});

/** A vector index as users make it. */
async function buildVectorIndex(folder: string, name: string): Promise<void> {
  const lancedb = createRequire(import.meta.url)('@lancedb/lancedb') as {
    connect(
      url: string,
    ): Promise<{ openTable(name: string): Promise<{ createIndex(column: string, options: unknown): Promise<void> }> }>;
    Index: { ivfFlat(options: unknown): unknown };
  };
  const table = await (await lancedb.connect(folder)).openTable(name);
  await table.createIndex('vectors', { config: lancedb.Index.ivfFlat({ distanceType: 'cosine', numPartitions: 4 }) });
}
