/** Stands for `../worker-entry.ts` in tests (vitest.config.ts says so): workers start from the sources as they were compiled once for all tests. */
import { pathToFileURL } from 'node:url';
import { compiled } from './compiled.js';

export function workerEntry(url: URL): URL {
  return pathToFileURL(compiled(url));
}
