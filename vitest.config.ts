import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
    // Some tests and hooks do whole runs; the limits are for machines that are busy with other work.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Native tensor sessions live in worker threads of their own; one process a file keeps them apart.
    pool: 'forks',
    maxWorkers: 2,
  },
});
