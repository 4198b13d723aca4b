/** The benchmarks' command line, as a user calls it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const bench = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...args], { cwd: root, encoding: 'utf8' });

test.each([
  [['engien'], /no benchmark 'engien'.*engine.*Did you mean engine\?/],
  [['engine', '--only', 'train-3M'], /no part of engine 'train-3M'.*Did you mean train-3m\?/],
  [['verify', '--only', 'speed', '--only', 'casse'], /no part of verify 'casse'.*speed.*Did you mean cases\?/],
  [['corpus', '--only', '7'], /no part of corpus '7'; there are: 50000, 200000\./],
  [['selection', '--only', 'noise'], /no part of selection 'noise'.*Did you mean noisy\?/],
  [['engine', '--threads', 'two'], /no number of threads 'two'/],
])('bench %j is refused with the names that there are', (args, message) => {
  const { status, stdout, stderr } = bench(...args);
  expect(stderr).toMatch(message);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});
