/** One process a run folder. The lock names its process; a lock whose process has died is taken over. */
import { link, mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { RaRftError } from './errors.js';
import { besideName } from './files.js';
import { ignoreMissing, removeIfEmpty } from './missing.js';

/** The process that holds a lock. */
export interface LockOwner {
  pid: number;
  host: string;
  /** Start of the process, where the system tells it: a pid alone may have been given to another process since. */
  started: string;
}

/** A lock that is held; `release` gives it back. */
export interface Lock {
  release(): Promise<void>;
}

/** How long the removal of a dead lock, a matter of a moment, is waited for. */
const WAIT_MS = 20;
const MOST_WAITS = 100;

/** Takes the lock file at `path`. Throws `run-folder` where a living process holds it. */
export async function takeLock(path: string): Promise<Lock> {
  const mine = ownMark();
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await createExclusive(path, mine)) return { release: () => removeOwn(path, mine) };
    const found = await readFile(path, 'utf8').catch(ignoreMissing);
    if (found === undefined) continue; // released in between
    const owner = parseOwner(found);
    if (owner && isAlive(owner)) {
      throw new RaRftError({
        code: 'run-folder',
        message: `the run folder is in use by process ${owner.pid} on ${owner.host}`,
        where: path,
        hint: 'Wait for that process or stop it; choose another folder with --name. Remove the file if you know that it has ended.',
      });
    }
    await removeDead(path, found);
  }
  throw new RaRftError({
    code: 'run-folder',
    message: 'the lock changed hands too often',
    where: path,
    hint: 'Try again.',
  });
}

/**
 * Makes the folder of the lock file at `path` where there is none, and takes the lock. `release` takes the folders that were made
 * away again as far as they are empty, so that work that was refused leaves nothing behind.
 */
export async function takeFolderLock(path: string): Promise<Lock> {
  const folder = dirname(path);
  const first = await mkdir(folder, { recursive: true });
  const lock = await takeLock(path);
  const release = async (): Promise<void> => {
    await lock.release();
    if (first !== undefined) await removeEmpty(folder, first);
  };
  return { release };
}

/** Removes `folder` and those above it up to `last`, until one holds something. */
async function removeEmpty(folder: string, last: string): Promise<void> {
  if (!(await removeIfEmpty(folder))) return;
  if (resolve(folder) !== resolve(last)) await removeEmpty(dirname(folder), last);
}

/** Who holds the lock at `path`; undefined where nobody does, or who did has died. */
export async function lockOwner(path: string): Promise<LockOwner | undefined> {
  const owner = parseOwner((await readFile(path, 'utf8').catch(ignoreMissing)) ?? '');
  return owner && isAlive(owner) ? owner : undefined;
}

/** Makes the file with its text at once, so that nobody reads a lock without its owner; false where there is one. */
async function createExclusive(path: string, text: string): Promise<boolean> {
  const whole = besideName(path, 'tmp');
  await writeFile(whole, text);
  try {
    await link(whole, path);
    return true;
  } catch (error) {
    // Missing: whoever has the lock has cleared away what seemed to be left over.
    if (['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  } finally {
    await rm(whole, { force: true });
  }
}

/**
 * Removes a dead lock. Only one process at a time looks and removes: else one that looked before and removes after another has
 * taken the lock would remove that living lock.
 */
async function removeDead(path: string, dead: string): Promise<void> {
  const guard = `${path}.takeover`;
  for (let waits = 0; !(await mkdir(guard).then(() => true, falseIfThere)); waits++) {
    if (waits === MOST_WAITS) {
      throw new RaRftError({
        code: 'run-folder',
        message: 'another process began to take over the lock of a dead one and has not ended',
        where: guard,
        hint: 'Remove this folder if no other process is starting here.',
      });
    }
    await setTimeout(WAIT_MS);
  }
  try {
    if ((await readFile(path, 'utf8').catch(ignoreMissing)) === dead) await rm(path);
  } finally {
    await rmdir(guard);
  }
}

async function removeOwn(path: string, mine: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(ignoreMissing)) === mine) await rm(path, { force: true });
}

/** Stands for this process, in a file that says whose something is. */
export function ownMark(): string {
  const { pid } = process;
  const owner: LockOwner = { pid, host: hostname(), started: startOf(pid) };
  return JSON.stringify(owner);
}

/** Whether the process of a mark has died for certain; false of one that cannot be read, or of another machine. */
export function hasDied(mark: string): boolean {
  const owner = parseOwner(mark);
  return owner !== undefined && !isAlive(owner);
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(text) as LockOwner;
    return Number.isInteger(owner.pid) && owner.pid > 0 ? owner : undefined;
  } catch {
    return undefined; // torn by a crash: nobody's
  }
}

/** Whether the owner still runs. Processes of other machines cannot be asked and count as alive. */
function isAlive(owner: LockOwner): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startOf(owner.pid) === owner.started;
}

/** Boot and clock ticks at which a process started (Linux), or '' where the system has no /proc. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22; the name in field 2 may hold blanks and brackets, so count from its closing bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return 'ended'; // dead, its parent has not looked yet
    const ticks = fields[19] ?? '';
    return `${boot}/${ticks}`;
  } catch {
    return '';
  }
}

function falseIfThere(error: NodeJS.ErrnoException): false {
  if (error.code === 'EEXIST') return false;
  throw error;
}
