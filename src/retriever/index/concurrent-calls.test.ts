/** Calls at the same time: a search beside changes of one index, and two processes at one folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Rng } from '../../core/rng.js';
import { compiled } from '../../core/testing/compiled.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { CentroidProducts } from './centroid/nearest.js';
import { ExactIndex } from './exact-index.js';
import { ExactSearch } from './exact-search.js';
import { IndexStore } from './store/store.js';
import { StoredIndex } from './stored-index.js';
import { clusteredTexts, someDocuments } from './testing/documents.js';
import { expectedHits } from './testing/index-contract.js';
import { WRITER_KEY } from './testing/writer-plan.js';
import type { Scored, TokenIndex } from './types.js';

const { dim, spec } = WRITER_KEY;
const documents = someDocuments(60, dim);
const queries = clusteredTexts([4, 7], dim, Rng.fromSeed('queries'));
const writer = compiled(new URL('./testing/index-changer.ts', import.meta.url));

async function opened(folder: string, centroids: boolean): Promise<StoredIndex> {
  const scorer = await ExactSearch.create(dim, spec.scoring, 1);
  const products = centroids ? await CentroidProducts.create(dim, 1) : undefined;
  const store = await IndexStore.open(folder, WRITER_KEY, 'int8');
  const index = await StoredIndex.open(store, { scorer, ...(products && { products }) });
  onTestFinished(async () => {
    await index.dispose();
    await products?.dispose();
    await scorer.dispose();
  });
  return index;
}

async function inMemory(): Promise<ExactIndex> {
  const scorer = await ExactSearch.create(dim, spec.scoring, 1);
  onTestFinished(() => scorer.dispose());
  const later = <T>(value: T) => new Promise<T>((resolve) => setImmediate(() => resolve(value)));
  const port = {
    setDocuments: async (vectors: Parameters<ExactSearch['setDocuments']>[0]) => later(scorer.setDocuments(vectors)),
    score: async (own: Parameters<ExactSearch['score']>[0]) => later(await scorer.score(own)),
  };
  return new ExactIndex(port, dim);
}

/** Every document comes back with a score of its own vectors. */
function expectTrue(found_Q: Scored[][]): void {
  const expected_Q = expectedHits(queries, documents, spec.scoring);
  for (const [q, found] of found_Q.entries()) {
    const scores = new Map((expected_Q[q] as Scored[]).map(({ id, score }) => [id, score]));
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    for (const { id, score } of found) expect(Math.abs(score - (scores.get(id) ?? NaN)), id).toBeLessThan(0.01);
  }
}

describe('a search beside changes', () => {
  it.each<[string, () => Promise<TokenIndex & { compact?(): Promise<void> }>]>([
    ['on disk, exact', async () => opened(join(await temporaryFolder(), 'index'), false)],
    ['on disk, by centroids', async () => opened(join(await temporaryFolder(), 'index'), true)],
    ['in memory', inMemory],
  ])('finds each document with its own score: %s', async (_, make) => {
    const index = await make();
    const later = documents.slice(20).map(({ id }) => id);
    await index.add(documents);
    if (index instanceof StoredIndex) await index.buildCentroids();
    const searches: Promise<Scored[][]>[] = [];
    const search = () => searches.push(index.search(queries, { k: 9 }));
    const changes: Promise<unknown>[] = [];
    for (let round = 0; round < 4; round++) {
      search();
      changes.push(index.remove(documents.slice(0, 20).map(({ id }) => id)));
      search();
      changes.push(index.compact?.() ?? Promise.resolve());
      search();
      changes.push(index.add(documents.slice(0, 20)));
    }
    search();
    await Promise.all(changes);
    const found = await Promise.all(searches);
    for (const one of found) expectTrue(one);
    // Calls are answered in their order: the second search of a round sees what the removal before it left.
    for (const id of found[1]!.flat().map((hit) => hit.id)) expect(later).toContain(id);
    expect(found.at(-1)!.map((hits) => hits.map(({ id }) => id))).toEqual(
      found[0]!.map((hits) => hits.map(({ id }) => id)),
    );
  });
});

describe('two processes at one folder', () => {
  /** Runs index-changer.ts with what it is to do; resolves to what it says. */
  async function change(folder: string, what: string): Promise<string> {
    const child = spawn(process.execPath, [writer, folder, what], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    await once(child, 'close');
    return said.trim();
  }

  it('refuses what would write over the other, and loses and doubles nothing', { timeout: 60_000 }, async () => {
    const folder = join(await temporaryFolder(), 'index');
    const index = await opened(folder, true);
    await index.add(documents);
    await index.buildCentroids();
    // Both at once, several times over: each either did it whole or was refused.
    const said = await Promise.all(['compact', 'add-x', 'compact', 'add-y'].map((what) => change(folder, what)));
    for (const one of said) expect(one).toMatch(/^(done|refused (io|run-folder|data))$/);
    const store = await IndexStore.open(folder, WRITER_KEY, 'int8');
    onTestFinished(() => store.close());
    await store.verify();
    const live = store.documents.ids.filter((_, place) => store.documents.live[place] === 1);
    const added = ['x', 'y'].filter((_, i) => said[2 * i + 1] === 'done');
    expect(live.toSorted()).toEqual([...documents.map(({ id }) => id), ...added].toSorted());
    // What was opened before still finds what it had, though its files are gone, and is told to open anew when it writes.
    expectTrue(await index.search(queries, { k: 9 }));
    if (said.includes('done')) await expect(index.remove(['d0'])).rejects.toMatchObject({ code: 'io' });
  });

  it('refuses while another holds the lock, and takes over from one that died', async () => {
    const folder = join(await temporaryFolder(), 'index');
    const index = await opened(folder, false);
    await index.add(documents);
    const { hostname } = await import('node:os');
    await writeFile(`${folder}.lock`, JSON.stringify({ pid: process.pid, host: `not ${hostname()}`, started: '' }));
    await expect(index.compact()).rejects.toMatchObject({ code: 'run-folder' });
    await expect(index.remove(['d0'])).rejects.toMatchObject({ code: 'run-folder' });
    expect(index.size).toBe(60);
    await writeFile(`${folder}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), started: '' }));
    expect(await index.remove(['d0'])).toBe(1);
  });
});
