/** Files that may not be there, folders that may hold nothing. */
import { rmdir, stat } from 'node:fs/promises';

/** For `catch`: undefined where the file or folder is missing; every other error is thrown on. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

/** Whether there is anything at a path that can be looked at. */
export function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Removes a folder that holds nothing; false where it holds something or is none. */
export function removeIfEmpty(folder: string): Promise<boolean> {
  return rmdir(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code ?? '')) return false;
      throw error;
    },
  );
}
