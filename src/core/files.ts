/** Files that are whole or absent: written beside the target, flushed, then renamed. */
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { manifestName, manifestText, refuseStrangers } from './owned-folder.js';
import { ignoreMissing } from './missing.js';

let counter = 0;

/** A name beside `path` that no other write uses: of this process, its threads, or another process. */
export function besideName(path: string, kind: 'tmp' | 'old'): string {
  return `${path}.${kind}-${process.pid}-${threadId}-${counter++}`;
}

/** Exactly the names that {@link besideName} gives: process, thread, counter. */
const leftover = /^(.+)\.(tmp|old)-\d+-\d+-\d+$/;

/**
 * Writes a file so that a crash leaves either the old content or the new, never half. Makes the folder. Content may come in
 * pieces; an error of what makes them leaves the old file.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array | AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = besideName(path, 'tmp');
  try {
    const file = await open(temporary, 'w');
    try {
      if (typeof data === 'string' || data instanceof Uint8Array) await file.writeFile(data);
      else for await (const piece of data) await file.appendFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw namePath(error, path);
  }
}

/** System errors of an open file (a full disk) do not name it; this does. */
export function namePath(error: unknown, path: string): unknown {
  if (error instanceof Error && 'syscall' in error && !('path' in error)) Object.assign(error, { path });
  return error;
}

export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Fills a folder under a temporary name and renames it into place, with a manifest of its files. A folder that was written
 * here is replaced; one that holds anything else is refused (`io`) before `fill` is called. A crash between the two renames
 * leaves the old one aside, and {@link removeLeftovers} puts it back.
 */
export async function writeFolderAtomic(path: string, fill: (folder: string) => Promise<void>): Promise<void> {
  await refuseStrangers(path);
  const temporary = besideName(path, 'tmp');
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await writeFileAtomic(join(temporary, manifestName), await manifestText(temporary));
    await refuseStrangers(path); // filling may take minutes, in which a person may put something there
    const old = besideName(path, 'old');
    const replaced = await rename(path, old).then(() => true, ignoreMissing);
    await rename(temporary, path);
    if (replaced) await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Whether a name is one of those under which a crashed write leaves what it had. */
export function isLeftover(name: string): boolean {
  return leftover.test(name);
}

/**
 * Clears away what crashed writes of this one file or folder left beside it, and puts a folder back whose replacement never came. Only
 * call it where nothing else writes there (under its lock).
 */
export async function removeLeftoversOf(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of (await readdir(folder).catch(ignoreMissing)) ?? [])
    if (leftover.exec(name)?.[1] === basename(path)) await settleLeftover(folder, name);
}

/**
 * Clears a folder tree of what crashed writes left behind; returns the paths that were removed or put back. Only call it
 * where nothing else writes into the tree (under its lock).
 */
export async function removeLeftovers(root: string): Promise<string[]> {
  const found: string[] = [];
  const entries = (await readdir(root, { withFileTypes: true }).catch(ignoreMissing)) ?? [];
  for (const entry of entries) {
    const path = join(root, entry.name);
    if (isLeftover(entry.name)) {
      await settleLeftover(root, entry.name);
      found.push(path);
    } else if (entry.isDirectory()) found.push(...(await removeLeftovers(path)));
  }
  return found;
}

/** Puts back what was set aside for something that never came; removes every other leftover. */
async function settleLeftover(root: string, name: string): Promise<void> {
  const [, target = '', kind] = leftover.exec(name) ?? [];
  const path = join(root, name);
  const whole = join(root, target);
  // Only one that is missing for certain is replaced: that it cannot be looked at is an error.
  const lost = kind === 'old' && !(await stat(whole).then(() => true, ignoreMissing));
  if (lost) await rename(path, whole);
  else await rm(path, { recursive: true, force: true });
}
