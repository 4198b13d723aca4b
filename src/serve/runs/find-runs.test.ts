import * as fs from 'node:fs/promises';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { runFolder, runNames } from './find-runs.js';

vi.mock('node:fs/promises', { spy: true });

async function writeRun(...path: string[]): Promise<void> {
  await mkdir(join(...path), { recursive: true });
  await writeFile(join(...path, 'config.yaml'), '');
}

/** Runs in the folder and one below, and what is none: hidden, in a run, too deep, beside the folder, behind a link. */
async function folderOfRuns(): Promise<string> {
  const root = await temporaryFolder();
  const folder = join(root, 'runs');
  for (const name of ['one', 'table/seed-1', 'table/seed-2', '.hidden', 'one/inner', 'a/b/deep', 'table/.old'])
    await writeRun(folder, name);
  await writeRun(root, 'beside');
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'file'), '');
  await symlink(join(root, 'beside'), join(folder, 'link'));
  return folder;
}

const NAMES = ['one', 'table/seed-1', 'table/seed-2'];

const ELSEWHERE = ['..', '/', '../beside', '..\\beside', 'one/..', 'one/../one', '/one', 'link', 'link/..', 'one\0'];
const NO_RUNS = ['.hidden', 'table/.old', 'one/inner', 'table', 'a/b', 'a/b/deep', 'empty', 'file', 'file/x'];
const NO_NAMES = ['', '.', './one', 'one/', 'table//seed-1', '\0', 'x'.repeat(9000), '__proto__', 'constructor'];

it('gives the folders of runs by their names, and no other', async () => {
  const folder = await folderOfRuns();
  expect(await runNames(folder)).toEqual(NAMES);
  for (const name of NAMES) expect(await runFolder(folder, name)).toBe(join(folder, name));
  for (const name of [...ELSEWHERE, ...NO_RUNS, ...NO_NAMES])
    await expect(runFolder(folder, name), JSON.stringify(name.slice(0, 20))).rejects.toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(/^there is no run "/) as string }),
    );
  await expect(runFolder(join(folder, 'nowhere'), 'one')).rejects.toThrow('there is no run "one"');
});

it('says which run may be meant', async () => {
  await expect(runFolder(await folderOfRuns(), 'table/seed-3')).rejects.toThrow(
    expect.objectContaining({ hint: 'Did you mean table/seed-1?' }),
  );
});

it('looks at no other run than the one that is asked for, and sees runs come and go', async () => {
  const folder = await folderOfRuns();
  vi.mocked(fs.readdir).mockClear();
  vi.mocked(fs.stat).mockClear();
  await runFolder(folder, 'one');
  expect(fs.readdir).not.toHaveBeenCalled();
  expect(vi.mocked(fs.stat).mock.calls).toEqual([[join(folder, 'one', 'config.yaml')]]);
  await writeRun(folder, 'new');
  expect(await runFolder(folder, 'new')).toBe(join(folder, 'new'));
  await rm(join(folder, 'new'), { recursive: true });
  await expect(runFolder(folder, 'new')).rejects.toThrow('there is no run "new"');
});
