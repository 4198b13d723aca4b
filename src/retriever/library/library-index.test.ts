/** The index of a library, in memory and on disk: the contract of all indexes, and what is saved. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Rng } from '../../core/rng.js';
import { SPEC_DEFAULTS } from '../encode/spec.js';
import { ExactIndex } from '../index/exact-index.js';
import { ExactSearch } from '../index/exact-search.js';
import type { IndexKey } from '../index/store/header.js';
import { readIndexHeader } from '../index/store/header.js';
import { clusteredTexts, someDocuments } from '../index/testing/documents.js';
import { testIndex } from '../index/testing/index-contract.js';
import { LibraryIndex, type LibraryIndexOptions } from './library-index.js';

const dim = 16;
const key: IndexKey = { encoderHash: 'abc', dim, normalisation: 'l2', spec: SPEC_DEFAULTS };
const scoring = SPEC_DEFAULTS.scoring;
let folder: string;
let made = 0;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'ra-rft-library-'))));
afterAll(() => rm(folder, { recursive: true }));

async function make(options: Partial<LibraryIndexOptions>): Promise<LibraryIndex> {
  const search = await ExactSearch.create(dim, scoring, 1);
  const scorer = {
    setDocuments: (...[vectors]: Parameters<ExactSearch['setDocuments']>) =>
      Promise.resolve(search.setDocuments(vectors)),
    score: (...[queries]: Parameters<ExactSearch['score']>) => search.score(queries),
  };
  const memory = new ExactIndex(scorer, dim, () => search.dispose());
  const makeFolder = () => Promise.resolve(join(folder, `own-${made++}`));
  return new LibraryIndex(memory, { key, threads: 1, makeFolder, ...options });
}
async function opened(from: string, options: Partial<LibraryIndexOptions>, of: IndexKey = key): Promise<LibraryIndex> {
  const index = await make(options);
  onTestFinished(() => index.dispose());
  await index.open(from, of);
  return index;
}

testIndex({ name: 'in memory', dim, scoring, tolerance: 0, make: () => make({ place: 'memory' }) });
testIndex({ name: 'on disk', dim, scoring, tolerance: 0.01, make: () => make({ place: 'disk' }) });
// The first documents are in memory, and leave it while others are added.
testIndex({ name: 'that grows', dim, scoring, tolerance: 0.01, make: () => make({ memoryNumbers: 40 * dim }) });

describe('an index of a library on disk', () => {
  const documents = someDocuments(60, dim, 'saved');
  const queries = clusteredTexts([5, 3], dim, Rng.fromSeed('asked'));
  const options = { k: 10 };

  it('is saved without a second copy, and is not changed by whoever opens it', async () => {
    const index = await make({ place: 'disk' });
    onTestFinished(() => index.dispose());
    await index.add(documents.slice(0, 50));
    await index.remove([documents[3]!.id]);
    const saved = join(folder, 'saved');
    const ofCorpus = { ...key, corpusHash: 'corpus' };
    await index.saveTo(saved, ofCorpus, 7);
    expect(await readIndexHeader(saved)).toMatchObject({ corpusHash: 'corpus', documents: 49, truncatedDocuments: 7 });
    const vectors = (await readdir(saved)).filter((name) => name.endsWith('.vectors'));
    for (const name of vectors) expect((await stat(join(saved, name))).nlink).toBe(2);

    const before = await readFile(join(saved, 'index.json'), 'utf8');
    const again = await opened(saved, { place: 'disk' }, ofCorpus);
    const found = await index.search(queries, options);
    expect(await again.search(queries, options)).toEqual(found);
    await again.add(documents.slice(50));
    await again.remove([documents[5]!.id]);
    expect([again.size, again.has(documents[3]!.id), again.has(documents[55]!.id)]).toEqual([58, false, true]);
    expect(await readFile(join(saved, 'index.json'), 'utf8')).toBe(before);
    const third = await opened(saved, { place: 'disk' }, ofCorpus);
    expect(await third.search(queries, options)).toEqual(found);
    // Saved where it was opened from, it is what it has become.
    await again.saveTo(join(folder, 'changed'), ofCorpus, 0);
    const fourth = await opened(join(folder, 'changed'), { place: 'disk' }, ofCorpus);
    expect(await fourth.search(queries, options)).toEqual(await again.search(queries, options));
    await expect(opened(saved, { place: 'disk' }, { ...key, corpusHash: 'other' })).rejects.toMatchObject({
      code: 'data',
    });
  });

  it('gives back its vectors, and opens in memory with the same', async () => {
    const index = await make({ place: 'memory' });
    onTestFinished(() => index.dispose());
    await index.add(documents);
    const ids = [documents[2]!.id, 'nobody', documents[0]!.id];
    const expected = await index.vectorsOf(ids);
    expect(expected.map(({ lengths }) => lengths.length)).toEqual([
      documents[2]!.chunks.lengths.length,
      0,
      documents[0]!.chunks.lengths.length,
    ]);
    const saved = join(folder, 'in-memory');
    await index.saveTo(saved, key, 0);
    for (const place of ['memory', 'disk', 'auto'] as const) {
      const again = await opened(saved, { place });
      expect(await again.vectorsOf(ids)).toEqual(expected);
      expect(await again.search(queries, options)).toEqual(await index.search(queries, options));
    }
  });

  it('gives back the room of removed documents when it is saved, and says which file is missing', async () => {
    const index = await make({ place: 'disk' });
    onTestFinished(() => index.dispose());
    await index.add(documents);
    await index.remove(documents.slice(0, 30).map(({ id }) => id));
    const saved = join(folder, 'compact');
    await index.saveTo(saved, key, 0);
    expect((await readIndexHeader(saved))!.segments.map((segment) => segment.documents)).toEqual([30]);
    const [gone] = (await readdir(saved)).filter((name) => name.endsWith('.vectors'));
    await rm(join(saved, gone!));
    await expect(opened(saved, { place: 'disk' })).rejects.toMatchObject({ code: 'model' });
  });

  it('gets centroids when it has grown large, and keeps them', async () => {
    const index = await make({ place: 'disk', memoryNumbers: 100 });
    onTestFinished(() => index.dispose());
    await index.add(documents);
    await index.settle();
    const saved = join(folder, 'centroids');
    await index.saveTo(saved, key, 0);
    const header = (await readIndexHeader(saved))!;
    expect(header.centroids).toBeDefined();
    const again = await opened(saved, { place: 'disk' });
    await again.settle();
    expect(await again.search(queries, options)).toEqual(await index.search(queries, options));
    // Nothing was made anew, so it is still the saved one.
    expect((await readIndexHeader(saved))!.revision).toBe(header.revision);
  });
});
