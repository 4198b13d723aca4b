/** One process a run folder. The lock names its process; a lock whose process has died is taken over. */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { RaRftError } from './errors.js';

interface LockOwner {
  pid: number;
  host: string;
  /** Start of the process, where the system tells it: a pid alone may have been given to another process since. */
  started: string;
}

/** A lock that is held; `release` gives it back. */
export interface Lock {
  release(): Promise<void>;
}

/** Takes the lock file at `path`. Throws `run-folder` where a living process holds it. */
export async function takeLock(path: string): Promise<Lock> {
  const mine = JSON.stringify(ownerOf(process.pid));
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await createExclusive(path, mine)) return { release: () => removeOwn(path, mine) };
    const found = await readLock(path);
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
    await setAside(path, found);
  }
  throw new RaRftError({
    code: 'run-folder',
    message: 'the lock changed hands too often',
    where: path,
    hint: 'Try again.',
  });
}

async function createExclusive(path: string, text: string): Promise<boolean> {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (!file) return false;
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  return true;
}

/** The lock's text. One without an owner is read again after a moment: its process may be about to write it. */
async function readLock(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  if (text === undefined || parseOwner(text)) return text;
  await setTimeout(100);
  return readFile(path, 'utf8').catch(ignoreMissing);
}

/** Moves a dead lock away. Where another process was faster, the file moved is that one's living lock: it goes back. */
async function setAside(path: string, dead: string): Promise<void> {
  const aside = `${path}.dead-${process.pid}`;
  const moved = await rename(path, aside).then(() => true, ignoreMissing);
  if (!moved) return;
  if ((await readFile(aside, 'utf8')) === dead) await rm(aside);
  else await rename(aside, path);
}

async function removeOwn(path: string, mine: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(ignoreMissing)) === mine) await rm(path, { force: true });
}

function ownerOf(pid: number): LockOwner {
  return { pid, host: hostname(), started: startOf(pid) };
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(text) as LockOwner;
    return Number.isInteger(owner.pid) && owner.pid > 0 ? owner : undefined;
  } catch {
    return undefined; // torn by a crash while it was written: nobody's
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

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
