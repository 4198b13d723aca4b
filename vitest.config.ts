import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Workers of tests start from what test/support/compile.ts has compiled.
    alias: [
      {
        find: './worker-entry.js',
        replacement: fileURLToPath(new URL('src/core/testing/worker-entry.ts', import.meta.url)),
      },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts', 'web/**/*.test.ts'],
    globalSetup: 'test/support/compile.ts',
    // Some tests and hooks do whole runs; the limits are for machines that are busy with other work.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Native tensor sessions live in worker threads of their own; one process a file keeps them apart.
    pool: 'forks',
    maxWorkers: 2,
  },
});
