/**
 * Folders of one process: it removes them itself or, where it has died, whoever opens the same library next. Only files of names that
 * are written here go, so nothing that somebody has put there is lost.
 */
import { mkdtemp, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isLeftover, writeFileAtomic } from '../../core/files.js';
import { ignoreMissing } from '../../core/missing.js';
import { hasDied, ownMark } from '../../core/run-lock.js';
import { isIndexFile } from '../index/store/files.js';

/** Says whose a folder is, as a lock says it. */
const OWNER = 'owner.json';
/** The index in such a folder. */
const INDEX = 'index';
const SIGN = '.open-';

export class OwnFolders {
  private readonly made: string[] = [];

  /** A new folder among the system's temporary ones. */
  async make(): Promise<string> {
    return this.keep(await mkdtemp(join(tmpdir(), 'ra-rft-retriever-')));
  }

  /** Where an index may be written: beside `folder`, on the same disk, where that is possible; else, as without `folder`, in {@link make}. */
  async forIndex(folder: string | undefined): Promise<string> {
    const beside = folder === undefined ? undefined : await this.beside(folder).catch(() => undefined);
    return join(beside ?? (await this.make()), INDEX);
  }

  /** Removes them. */
  async close(): Promise<void> {
    for (const folder of this.made.splice(0)) await rm(folder, { recursive: true, force: true });
  }

  private async beside(folder: string): Promise<string> {
    const made = this.keep(await mkdtemp(resolve(folder) + SIGN));
    await writeFileAtomic(join(made, OWNER), ownMark());
    return made;
  }

  private keep(folder: string): string {
    this.made.push(folder);
    return folder;
  }
}

/** Takes away what processes that have died left beside `folder`. What cannot be removed stays: it is in nobody's way. */
export async function removeDeadFolders(folder: string): Promise<void> {
  const path = resolve(folder);
  const prefix = basename(path) + SIGN;
  const names = await readdir(dirname(path)).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(prefix)))
    await removeDead(join(dirname(path), name)).catch(() => undefined);
}

async function removeDead(folder: string): Promise<void> {
  const owner = join(folder, OWNER);
  const mark = await readFile(owner, 'utf8').catch(ignoreMissing);
  if (mark === undefined || !hasDied(mark)) return;
  const index = join(folder, INDEX);
  await removeNamed(index, isIndexFile);
  await rmdir(index).catch(ignoreMissing);
  await removeNamed(folder, (name) => name === `${INDEX}.lock` || isLeftover(name));
  // The owner goes last, and only where nothing else is there: a removal that is stopped goes on the next time.
  if ((await readdir(folder)).some((name) => name !== OWNER)) return;
  await rm(owner);
  await rmdir(folder);
}

async function removeNamed(folder: string, isOwn: (name: string) => boolean): Promise<void> {
  const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
  for (const name of names.filter(isOwn)) await rm(join(folder, name), { force: true });
}
