import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { loadProblems, type LoadOptions } from './load.js';

const rows = [
  { id: 'a', question: 'one?', answer: '1', fold: '0', meta: { part: 1 } },
  { id: 'b', question: 'two?', answer: '2', fold: 1, meta: { part: 2 } },
  { id: 'c', question: 'three?', answer: '3', fold: '2', meta: { part: 2 } },
  { id: 'd', question: 'four?', answer: '4' },
];

async function taken(options: LoadOptions) {
  const path = join(await temporaryFolder(), 'p.jsonl');
  await writeFile(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  return loadProblems(path, options);
}

test('takes the lines that have one of the values in every field, numbers and texts alike', async () => {
  const ids = async (where: Record<string, string | number | (string | number)[]>) =>
    (await taken({ where })).items.map(({ id }) => id);
  expect(await ids({ fold: '0' })).toEqual(['a']);
  expect(await ids({ fold: [0, '1'] })).toEqual(['a', 'b']);
  expect(await ids({ fold: [1, 2], 'meta.part': 2 })).toEqual(['b', 'c']);
  expect(await ids({})).toEqual(['a', 'b', 'c', 'd']);
});

test('lines that are not chosen are no lines left out', async () => {
  expect((await taken({ where: { fold: 0 } })).skipped).toEqual([]);
});

test('where nothing fits the error says which values there are', async () => {
  await expect(taken({ where: { fold: 7 } })).rejects.toMatchObject({
    code: 'data',
    message: 'none of 4 lines has fold: 7',
    expected: 'fold: 0, 1, 2',
  });
  await expect(taken({ where: { folds: 7 } })).rejects.toMatchObject({ message: expect.stringContaining('folds') });
});
