/** The contract of an index on a real NextPlaid server. Skipped where the program is not on the PATH; docs/retrievers.md says how to build it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { someDocuments } from '../testing/documents.js';
import { testIndex } from '../testing/index-contract.js';
import { NextPlaidTable } from './next-plaid.js';
import { RemoteIndex } from './remote-index.js';
import { expectSameFilters } from './testing/filters.js';
import { nextPlaidIsThere, startNextPlaid, type NextPlaidServer } from './testing/next-plaid-server.js';

const dim = 16;
const like = { dim, scoring: 'mean' } as const;
/** What 4 bits a number may change of a mean of cosines; 0.039 is seen, at a query of a single token. */
const FOUR_BITS = 0.06;

let folder: string;
let server: NextPlaidServer;
let made = 0;
const names = new WeakMap<object, string>();

async function open(name = `ra-rft-test-${made++}`): Promise<RemoteIndex> {
  const index = await RemoteIndex.open(
    await NextPlaidTable.open({ url: server.url, timeoutMs: 20_000 }, name, dim),
    like,
  );
  names.set(index, name);
  return index;
}

describe.skipIf(!nextPlaidIsThere)(
  `NextPlaid${nextPlaidIsThere ? '' : ' (skipped: next-plaid-api is not on the PATH)'}`,
  () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ra-rft-next-plaid-'));
      server = await startNextPlaid(folder);
    });
    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    });

    testIndex({
      name: 'NextPlaid',
      ...like,
      tolerance: FOUR_BITS,
      make: () => open(),
      reopen: async (index) => {
        await index.dispose();
        return open(names.get(index));
      },
    });

    it('filters as every index does', async () => {
      const table = await NextPlaidTable.open({ url: server.url, timeoutMs: 20_000 }, 'ra-rft-filters', dim);
      onTestFinished(() => table.close());
      await expectSameFilters(table, dim);
    });

    it('refuses an index with vectors of another size', async () => {
      const index = await open('ra-rft-size');
      await index.add(someDocuments(3, dim));
      await index.dispose();
      const opening = NextPlaidTable.open({ url: server.url, timeoutMs: 20_000 }, 'ra-rft-size', dim + 1);
      await expect(opening).rejects.toMatchObject({ code: 'data' });
    });

    it('is empty when all is removed, and takes documents again', async () => {
      const documents = someDocuments(8, dim);
      const index = await open('ra-rft-emptied');
      onTestFinished(() => index.dispose());
      await index.add(documents);
      expect(await index.remove(documents.map(({ id }) => id))).toBe(8);
      expect(await index.search(documents[0]!.chunks, { k: 3 })).toEqual(
        Array.from(documents[0]!.chunks.lengths, () => []),
      );
      await index.add(documents.slice(0, 4));
      const again = await open('ra-rft-emptied');
      onTestFinished(() => again.dispose());
      expect(again.size).toBe(4);
      const [first] = await again.search(documents[0]!.chunks, { k: 1 });
      expect(first!.map(({ id }) => id)).toEqual(['d0']);
    });

    it('goes on where a server that was killed while it was building has left off, and loses nothing', async () => {
      const documents = someDocuments(60, dim);
      const index = await open('ra-rft-killed');
      await index.add(documents.slice(0, 20));
      const going = index.add(documents.slice(20, 40)).then(
        () => undefined,
        (error: unknown) => error,
      );
      await server.stop('SIGKILL');
      expect(await going).toMatchObject({ code: 'io' });
      await index.dispose();
      server = await startNextPlaid(folder);

      const again = await open('ra-rft-killed');
      onTestFinished(() => again.dispose());
      for (const { id } of documents.slice(0, 20)) expect(again.has(id)).toBe(true);
      await again.add(documents.filter(({ id }) => !again.has(id)));
      expect(again.size).toBe(60);
      const [query] = documents;
      const found = await again.search(query!.chunks, { k: 100 });
      const full = documents.filter(({ chunks }) => chunks.vectors.length > 0).map(({ id }) => id);
      for (const hits of found) expect(hits.map(({ id }) => id).toSorted()).toEqual(full.toSorted());
    });
  },
);
