/** What this process has open, for tests of what is closed. */
import { existsSync, readdirSync, readlinkSync } from 'node:fs';

/** Whether the system tells; elsewhere such tests are skipped. */
export const tellsOpenFiles = existsSync('/proc/self/fd');

/** Files below a folder that are open, each as often as it is. */
export function openFilesIn(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return []; // closed meanwhile: it was that of the listing
    }
  });
}
