/** The pages of `ra-rft serve`, built into the package beside the server. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // `npm run ui` beside `ra-rft serve`: pages that change as their sources do.
  server: { proxy: { '/v1': 'http://127.0.0.1:8787' } },
  build: {
    outDir: fileURLToPath(new URL('../../dist/ui', import.meta.url)),
    emptyOutDir: true,
    // Files, never data: URLs: the server's content policy lets scripts and styles come from files alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What draws charts is half a megabyte, loaded with the first chart.
    chunkSizeWarningLimit: 800,
  },
});
