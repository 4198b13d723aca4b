/** Files that may not be there. */
import { stat } from 'node:fs/promises';

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
