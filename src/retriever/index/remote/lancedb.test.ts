/** The contract of an index in LanceDB itself, in a folder. Skipped where the package is not installed; docs/retrievers.md says how. */
import { describe } from 'vitest';
import { temporaryFolder } from '../../../core/testing/temporary-folder.js';
import { testIndex } from '../testing/index-contract.js';
import { LANCE_INSTALL } from './lancedb-module.js';
import { LanceIndexTable } from './lancedb.js';
import { RemoteIndex } from './remote-index.js';

const isThere = await import('@lancedb/lancedb' as string).then(
  () => true,
  () => false,
);
const dim = 16;
const like = { dim, scoring: 'mean' } as const;
const folders = new WeakMap<object, string>();

async function open(folder: string): Promise<RemoteIndex> {
  const index = await RemoteIndex.open(await LanceIndexTable.open(folder, 'ra-rft-test', dim), like);
  folders.set(index, folder);
  return index;
}

describe.skipIf(!isThere)(isThere ? 'LanceDB' : `LanceDB (skipped: ${LANCE_INSTALL})`, () => {
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
});
