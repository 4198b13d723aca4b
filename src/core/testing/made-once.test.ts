import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { madeOnce } from './made-once.js';

it('makes a folder once, however many ask for it together', async () => {
  let made = 0;
  const ask = () =>
    madeOnce('test-of-made-once', async (folder) => {
      made++;
      await appendFile(join(folder, 'file'), 'made');
    });
  const folders = await Promise.all([ask(), ask(), ask()]);
  expect(new Set([...folders, await ask()]).size).toBe(1);
  expect([made, await readFile(join(folders[0], 'file'), 'utf8')]).toEqual([1, 'made']);
});

it('makes it anew where the first attempt has failed, without what that left', async () => {
  const failing = madeOnce('test-of-failing', async (folder) => {
    await writeFile(join(folder, 'half'), '');
    throw new Error('no room');
  });
  await expect(failing).rejects.toThrow('no room');
  const folder = await madeOnce('test-of-failing', (own) => writeFile(join(own, 'whole'), ''));
  await expect(readFile(join(folder, 'half'))).rejects.toThrow('ENOENT');
  expect(await readFile(join(folder, 'whole'), 'utf8')).toBe('');
});
