import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
    testTimeout: 60_000,
    // Some suites do a whole run before their tests.
    hookTimeout: 60_000,
    // Native tensor sessions live in worker threads of their own; one process a file keeps them apart.
    pool: 'forks',
    maxWorkers: 2,
  },
});
