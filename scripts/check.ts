/** Everything that is checked without running the code: `npm run check`. All checks run; the first line of each says how it went. */
import { spawn } from 'node:child_process';

const checks: readonly { name: string; command: readonly string[] }[] = [
  { name: 'format', command: ['oxfmt', '--check', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', '.'] },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'types of pages', command: ['tsc', '-p', 'web/tsconfig.json'] },
  { name: 'layers', command: ['tsx', 'scripts/check-layers.ts'] },
  { name: 'gates', command: ['tsx', 'scripts/check-gates.ts'] },
  { name: 'file size', command: ['tsx', 'scripts/check-file-size.ts'] },
  { name: 'docs', command: ['tsx', 'scripts/generate-docs.ts', '--check'] },
  { name: 'links', command: ['tsx', 'scripts/check-links.ts'] },
  { name: 'unused', command: ['knip', '--no-config-hints'] },
];

/** Runs a tool of node_modules/.bin; npm puts that folder on the PATH. */
function run(command: readonly string[]): Promise<{ ok: boolean; output: string }> {
  const [tool = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(tool, args, { shell: process.platform === 'win32', stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(output).toString() }));
  });
}

const failed: string[] = [];
for (const { name, command } of checks) {
  const start = performance.now();
  const { ok, output } = await run(command);
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  if (ok) continue;
  failed.push(name);
  console.log(output.trimEnd());
}
if (failed.length > 0) console.log(`check: failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
