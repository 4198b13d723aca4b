/**
 * `npm run build:demo [RUN] [--out FOLDER]`: builds the page and writes a demo of a finished run, by default of runs/demo or runs/quick;
 * where there is neither, it makes the quick run first.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { runCommandLine } from '../src/cli/command-line.js';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });

async function raRft(...args: readonly string[]): Promise<void> {
  const code = await runCommandLine(args, { out: process.stdout, err: process.stderr });
  if (code !== 0) process.exit(code);
}

const isFinished = (run: string) => existsSync(join(run, 'summary.json'));
const run = positionals[0] ?? ['runs/demo', 'runs/quick'].find(isFinished) ?? 'runs/quick';
if (positionals[0] === undefined && !isFinished(run)) await raRft('run', '--quick');
await build({ configFile: join(import.meta.dirname, '../web/demo/vite.config.ts'), logLevel: 'warn' });
await raRft('export', 'demo', run, ...(values.out === undefined ? [] : ['--out', values.out]));
