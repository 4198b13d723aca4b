import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * Tests whose files follow each other in one process: nothing of a process is theirs, and reading the modules costs more than they do.
 * One that replaces modules stands apart.
 */
const TOGETHER = ['src/{cli,experiment,pipeline,report,serve}/**/!(find-runs).test.ts', 'web/**/*.test.ts'];

const shared = {
  resolve: {
    // Workers of tests start from what test/support/compile.ts has compiled.
    alias: [
      {
        find: './worker-entry.js',
        replacement: fileURLToPath(new URL('src/core/testing/worker-entry.ts', import.meta.url)),
      },
    ],
  },
};

const limits = {
  // Some tests and hooks do whole runs; the limits are for machines that are busy with other work.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  pool: 'forks' as const,
};

export default defineConfig({
  test: {
    globalSetup: 'test/support/compile.ts',
    maxWorkers: 2,
    projects: [
      {
        ...shared,
        test: {
          ...limits,
          // Native tensor sessions live in worker threads of their own; one process a file keeps them apart.
          name: 'apart',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: TOGETHER,
        },
      },
      {
        ...shared,
        test: {
          ...limits,
          name: 'together',
          include: TOGETHER,
          isolate: false,
          unstubEnvs: true,
          // After the others: a process goes on with the next file only where that may come together with what it has read.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
