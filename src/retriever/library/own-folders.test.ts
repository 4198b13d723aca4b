/** What a process that was killed has left beside a library goes at the next opening, and nothing else does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { pairTask } from '../testing/pairs.js';
import { removeDeadFolders } from './own-folders.js';
import { Retriever } from './retriever.js';

const script = fileURLToPath(new URL('./testing/open-library.ts', import.meta.url));
const { traces, labels } = pairTask({ perMethod: 2 });
const settings = { steps: 2, hidden: 16, dim: 16, testShare: 0, validationShare: 0 };

/** A process that has opened a library and changed it. */
async function changer(folder: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
}

it('folders of the dead go, those of the living and of others stay', { timeout: 120_000 }, async () => {
  const root = await temporaryFolder();
  const library = join(root, 'library');
  const trained = await Retriever.train({ labels, corpus: traces, settings, threads: 1, vectors: 'disk' });
  await trained.save(library);
  await trained.dispose();

  const kill = await changer(library);
  const [left] = (await readdir(root)).filter((name) => name !== 'library');
  expect(left).toMatch(/^library\.open-/);
  await removeDeadFolders(library);
  expect(await readdir(root), 'its process lives').toContain(left);

  await kill();
  const at = join(root, left!);
  const mark = await readFile(join(at, 'owner.json'), 'utf8');
  // Whose owner is not known, of another machine, of another library, and no folder at all.
  await mkdir(join(root, 'library.open-empty'));
  await cp(at, join(root, 'library.open-torn'), { recursive: true });
  await writeFile(join(root, 'library.open-torn', 'owner.json'), mark.slice(0, 9));
  await cp(at, join(root, 'library.open-abroad'), { recursive: true });
  await writeFile(
    join(root, 'library.open-abroad', 'owner.json'),
    mark.replace(/"host":"[^"]*"/, '"host":"elsewhere"'),
  );
  await cp(at, join(root, 'library2.open-other'), { recursive: true });
  await writeFile(join(root, 'library.open-file'), 'text');
  // Somebody's file in a folder of the dead.
  await cp(at, join(root, 'library.open-noted'), { recursive: true });
  await writeFile(join(root, 'library.open-noted', 'index', 'notes.txt'), 'mine');
  const retriever = await Retriever.open(library, { threads: 1 });
  expect(retriever.size).toBe(traces.length);
  await retriever.dispose();
  const stays = ['library', 'library.open-abroad', 'library.open-empty', 'library.open-file', 'library.open-noted'];
  expect((await readdir(root)).toSorted()).toEqual([...stays, 'library.open-torn', 'library2.open-other']);
  expect(await readdir(join(root, 'library.open-noted', 'index'))).toEqual(['notes.txt']);
  expect(await readdir(join(root, 'library.open-torn', 'index'))).not.toHaveLength(0);

  // A removal that was stopped half way goes on.
  await cp(join(root, 'library2.open-other', 'owner.json'), join(root, 'library.open-half', 'owner.json'), {
    recursive: true,
  });
  await removeDeadFolders(library);
  expect(await readdir(root)).not.toContain('library.open-half');
});
