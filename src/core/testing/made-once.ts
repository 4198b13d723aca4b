/** Folders that several files of tests only read: the first that needs one makes it, in whichever process, and they go with the compiled sources. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inject } from 'vitest';
import { exists } from '../missing.js';

const POLL_MS = 50;

/** The folder of that name, which `make` has filled once for all tests. Throws what `make` throws; the next caller tries again then. */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(inject('compiled'), 'made', name);
  const [done, making] = [`${folder}.done`, `${folder}.making`];
  await mkdir(join(folder, '..'), { recursive: true });
  while (!(await isFirst(making))) await pause(POLL_MS);
  try {
    if (await exists(done)) return folder;
    await rm(folder, { recursive: true, force: true }); // what a failed attempt has left
    await mkdir(folder);
    await make(folder);
    await writeFile(done, '');
    return folder;
  } finally {
    await rm(making, { recursive: true });
  }
}

/** Whether the lock is taken by this call. */
function isFirst(lock: string): Promise<boolean> {
  return mkdir(lock).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}
