/**
 * Which folders may be replaced or removed: those that hold only what was written here. A folder made by
 * `writeFolderAtomic` lists its files in a hidden manifest; a folder with anything beside them is somebody's.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { RaRftError } from './errors.js';
import { ignoreMissing } from './missing.js';

/** Hidden file with the sorted paths of all files of a folder that was written here. Model readers pass over it. */
export const manifestName = '.ra-rft-files.json';

/** The text of the manifest of what a folder holds now. */
export async function manifestText(folder: string): Promise<string> {
  const files = (await filesBelow(folder)).filter((path) => path !== manifestName);
  return `${JSON.stringify(files)}\n`;
}

/**
 * Paths in a folder that were not written here; empty where the folder is missing, empty or wholly ours. Only files count:
 * an empty folder holds nothing to lose.
 */
export async function strangersIn(folder: string): Promise<string[]> {
  const files = await filesBelow(folder);
  if (files.length === 0) return [];
  const text = await readFile(join(folder, manifestName), 'utf8').catch(ignoreMissing);
  const own = new Set([manifestName, ...listedIn(text)]);
  return files.filter((path) => !own.has(path));
}

/** Paths of a manifest; one that is missing or damaged lists nothing, so that nothing counts as written here. */
function listedIn(text: string | undefined): string[] {
  try {
    return text === undefined ? [] : (JSON.parse(text) as string[]);
  } catch {
    return [];
  }
}

/** Throws `io` where a folder that is about to be replaced holds files that were not written here. */
export async function refuseStrangers(folder: string): Promise<void> {
  const strangers = await strangersIn(folder);
  if (strangers.length === 0) return;
  const rest = strangers.length > 3 ? ` and ${strangers.length - 3} more` : '';
  throw new RaRftError({
    code: 'io',
    message: `the folder holds files that ra-rft did not write (${strangers.slice(0, 3).join(', ')}${rest})`,
    where: folder,
    expected: 'a folder that is new, empty, or was written by ra-rft and not added to',
    hint: 'Name another folder, or move those files away.',
  });
}

/** Removes a folder that was written here. Throws as {@link refuseStrangers}; a folder that is not there is no error. */
export async function removeOwnFolder(folder: string): Promise<void> {
  await refuseStrangers(folder);
  await rm(folder, { recursive: true, force: true });
}

/** Paths of all files below a folder, with `/`, sorted; none where it is missing. A file in its place counts as itself. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted();
}
