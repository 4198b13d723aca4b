/** A library's retriever whose vectors are on disk. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { pairTask } from '../testing/pairs.js';
import { Retriever } from './retriever.js';

const { traces, labels } = pairTask({ perMethod: 2 });
const settings = { steps: 5, hidden: 16, dim: 16, testShare: 0, validationShare: 0 };
const question = 'please halve my ships';

it('finds what one in memory finds, and changes what it was opened from only when it is saved', async () => {
  const folder = await temporaryFolder();
  const saved = join(folder, 'saved');
  const retriever = await Retriever.train({ labels, corpus: traces, settings, threads: 1, vectors: 'disk' });
  onTestFinished(() => retriever.dispose());
  await retriever.save(saved);
  const all = { k: 100, filter: { type: 'odd' }, exclude: ['halve-1'] };
  const onDisk = await retriever.search(question, all);
  const inMemory = await Retriever.open(saved, { threads: 1, vectors: 'memory' });
  onTestFinished(() => inMemory.dispose());
  const expected = await inMemory.search(question, all);
  expect(onDisk.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  for (const [i, { score }] of onDisk.entries()) expect(score).toBeCloseTo(expected[i]!.score, 4);

  const header = () => readFile(join(saved, 'index', 'index.json'), 'utf8');
  const before = await header();
  const again = await Retriever.open(saved, { threads: 1, vectors: 'disk' });
  expect(await again.search(question, all)).toEqual(onDisk);
  await again.add([{ id: 'new', text: question }]);
  await again.remove('halve-0');
  await expect(
    again.add([
      { id: 'other', text: 'x' },
      { id: 'new', text: 'y' },
    ]),
  ).rejects.toMatchObject({ code: 'data' });
  expect(again.size).toBe(traces.length);
  const [hit] = await again.search(question, { k: 1, matches: true });
  expect([hit?.id, hit?.matches?.length]).toEqual(['new', 4]);
  expect(await again.search(question, { k: 3, diversity: { lambda: 0.5 } })).toHaveLength(3);
  expect(await header()).toBe(before);
  await again.save(join(folder, 'changed'));
  await again.dispose();
  // Nothing of its own is left beside what it was opened from.
  expect((await readdir(folder)).toSorted()).toEqual(['changed', 'saved']);
  const changed = await Retriever.open(join(folder, 'changed'), { threads: 1, vectors: 'disk' });
  onTestFinished(() => changed.dispose());
  expect((await changed.search(question, { k: 1 }))[0]!.id).toBe('new');
  expect(changed.size).toBe(traces.length);
}, 120_000);
