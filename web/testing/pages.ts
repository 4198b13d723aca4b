/** The pages of `ra-rft serve`, built once for the tests of a file, and a server that shows a folder of runs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll } from 'vitest';
import { ready, type Served } from '../../src/serve/testing/served.js';
import { hasBrowser } from './browser.js';

/** `serve` starts a server over a folder of runs, and over retrievers where there are any; it ends with its test. `folder` has the pages. */
export function builtPages(): {
  folder: () => string;
  serve: (
    runs: string | undefined,
    folders?: readonly string[],
    options?: Parameters<typeof ready>[1],
  ) => Promise<Served>;
} {
  let folder = '';
  beforeAll(async () => {
    if (!hasBrowser) return;
    folder = await mkdtemp(join(tmpdir(), 'ra-rft-pages-'));
    const configFile = join(import.meta.dirname, '../app/vite.config.ts');
    await build({ configFile, logLevel: 'warn', build: { outDir: folder } });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    folder: () => folder,
    serve: (runs, folders = [], options = {}) => ready(folders, { ...options, runs, pages: folder }),
  };
}
