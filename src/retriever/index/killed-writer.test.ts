/** A process that writes an index is killed again and again: what is there is always whole, and nothing is lost or doubled in the end. */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { compiled } from '../../core/testing/compiled.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { hasCentroids } from './centroid/build.js';
import { readIndexHeader } from './store/header.js';
import { IndexStore } from './store/store.js';
import { WRITER_BATCH, WRITER_KEY, writerDocuments } from './testing/writer-plan.js';

const writer = compiled(new URL('./testing/index-writer.ts', import.meta.url));

/** Runs the writer; kills it once it has made `changes` more changes and some milliseconds have passed. Resolves to whether it ended by itself. */
async function write(folder: string, kill?: { changes: number; afterMs: number }): Promise<boolean> {
  const child = spawn(process.execPath, [writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  let running = true;
  const exit = new Promise<void>((resolve) => {
    child.on('exit', () => {
      running = false;
      resolve();
    });
  });
  if (kill) {
    const revision = async () => (await readIndexHeader(folder))?.revision ?? 0;
    const from = await revision();
    while (running && (await revision()) < from + kill.changes) await setTimeout(1);
    await setTimeout(kill.afterMs);
    child.kill('SIGKILL');
  }
  await exit;
  return said.includes('end');
}

it('loses nothing and doubles nothing', { timeout: 120_000 }, async () => {
  const folder = join(await temporaryFolder(), 'index');
  const documents = writerDocuments();
  const order = new Map(documents.map(({ id }, at) => [id, at]));
  const rng = Rng.fromSeed('kills');
  for (let kills = 0; kills < 6; kills++) {
    if (await write(folder, { changes: 1 + rng.int(7), afterMs: rng.int(12) })) break;
    const store = await IndexStore.open(folder, WRITER_KEY, 'int8');
    await store.verify();
    const live = store.documents.ids.filter((_, place) => store.documents.live[place] === 1);
    expect(new Set(live).size).toBe(live.length);
    expect(store.header.documents).toBe(live.length);
    const own = live.filter((id) => id !== 'passing').map((id) => order.get(id));
    // Batches come whole and in their order.
    expect(own).toEqual(own.map((_, at) => at));
    expect(own.length % WRITER_BATCH).toBe(0);
    store.close();
  }
  expect(await write(folder)).toBe(true);
  const store = await IndexStore.open(folder, WRITER_KEY, 'int8');
  expect(store.documents.ids).toEqual(documents.map(({ id }) => id));
  expect(store.header.removed).toBeUndefined();
  expect(hasCentroids(store.header)).toBe(true);
  for (const [at, { chunks }] of documents.entries()) {
    const read = store.readChunks(store.documents.chunksOf(at));
    expect(read.lengths).toEqual(chunks.lengths);
    for (const [i, value] of chunks.vectors.entries()) expect(Math.abs(value - read.vectors[i]!)).toBeLessThan(0.005);
  }
  store.close();
  const files = (await readdir(folder)).filter((file) => !file.startsWith('.'));
  expect(files.toSorted()).toHaveLength(6); // header, centroids, lists; table, vectors and codes of the only segment
});
