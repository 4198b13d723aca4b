/**
 * Compiles the sources once before all tests, without looking at types: hundreds of worker threads and processes start
 * from them, and each would otherwise transform all that it imports. The folder is laid out as the repository is and has
 * its packages and assets by links.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

const root = join(import.meta.dirname, '../..');

/** Called by vitest before the tests and, in watch mode, before they run again; what it returns is called at the end. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'ra-rft-compiled-'));
  const compile = () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', 'false', '--noCheck', '--rootDir', root, '--outDir', folder];
    execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.json'), ...options], { stdio: 'inherit' });
  };
  compile();
  for (const name of ['assets', 'node_modules', 'package.json']) symlinkSync(join(root, name), join(folder, name));
  symlinkSync(join(folder, 'src'), join(folder, 'dist')); // what `ra-rft/...` means in package.json
  project.provide('compiled', folder);
  project.onTestsRerun(() => Promise.resolve(compile()));
  return () => rmSync(folder, { recursive: true });
}
