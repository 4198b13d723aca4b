/** The pages of `ra-rft serve`, built once for all tests, and a server that shows a folder of runs. */
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll } from 'vitest';
import { madeOnce } from '../../src/core/testing/made-once.js';
import { ready, started, type Served } from '../../src/serve/testing/served.js';
import { hasBrowser } from './browser.js';

/**
 * `serve` starts a server over a folder of runs, and over retrievers where there are any; it ends with its test. `served` is one for all
 * tests of a file, for those that change nothing. `folder` has the pages.
 */
export function builtPages(): {
  folder: () => string;
  serve: (
    runs: string | undefined,
    folders?: readonly string[],
    options?: Parameters<typeof ready>[1],
  ) => Promise<Served>;
  served: (runs: () => string, folders?: () => string[]) => { url: () => string };
} {
  let folder = '';
  beforeAll(async () => {
    if (!hasBrowser) return;
    const configFile = join(import.meta.dirname, '../app/vite.config.ts');
    folder = await madeOnce('pages', async (outDir) => {
      await build({ configFile, logLevel: 'warn', build: { outDir } });
    });
  });
  return {
    folder: () => folder,
    served: (runs, folders = () => []) => {
      let server: Served | undefined;
      beforeAll(async () => {
        if (!hasBrowser) return;
        server = await started(folders(), { runs: runs(), pages: folder });
        await server.ready;
      });
      afterAll(() => server?.close());
      return { url: () => server!.url };
    },
    serve: (runs, folders = [], options = {}) => ready(folders, { ...options, runs, pages: folder }),
  };
}
