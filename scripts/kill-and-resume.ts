/**
 * Kills a run at random moments, starts it again each time, and compares what it leaves with a run that was never killed:
 * metrics.jsonl, labels, evaluations and retrieved traces must be equal byte for byte.
 *
 *   npx tsx scripts/kill-and-resume.ts [--kills 10] [--seed 1] [--folder DIR] [-- arguments of `ra-rft run`]
 *
 * Needs a build. Without arguments it runs `--quick`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { hashText, Rng } from '../src/core/index.js';

const { values, positionals } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string' },
  },
  allowPositionals: true,
});
const runArgs = positionals.length > 0 ? positionals : ['--quick'];
const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'ra-rft-kill-')));

/** Files whose bytes must not depend on being killed; logs with wall-clock times and reports with durations may. */
const compared = [
  /^metrics\.jsonl$/,
  /^labels\.jsonl$/,
  /^data\//,
  /^retrieved\//,
  /^rollouts\//,
  /^eval\//,
  /^retriever\/.*\.json$/,
];

/** Starts the run; kills it after `killAfterMs`, or lets it end. Returns whether it ended by itself, and how long it took. */
async function attempt(name: string, killAfterMs?: number): Promise<{ ended: boolean; ms: number }> {
  const start = performance.now();
  const args = ['dist/cli/main.js', 'run', ...runArgs, '--name', name, '--runs', folder, '--quiet'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const exit = once(child, 'exit');
  if (killAfterMs !== undefined) {
    const first = await Promise.race([exit, setTimeout(killAfterMs, 'time' as const, { ref: false })]);
    if (first === 'time') child.kill('SIGKILL');
  }
  const [code, signal] = (await exit) as [number | null, string | null];
  const ms = performance.now() - start;
  if (signal === 'SIGKILL') return { ended: false, ms };
  if (code !== 0) throw new Error(`the run ended with code ${code}:\n${Buffer.concat(errors).toString()}`);
  return { ended: true, ms };
}

/** Hash of each compared file of a run. */
async function fingerprints(name: string): Promise<Map<string, string>> {
  const root = join(folder, name);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const out = new Map<string, string>();
  for (const entry of entries) {
    const path = relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
    if (entry.isFile() && compared.some((pattern) => pattern.test(path))) {
      out.set(path, hashText(await readFile(join(root, path), 'utf8')));
    }
  }
  return out;
}

const whole = await attempt('whole');
console.log(`never killed: ${(whole.ms / 1000).toFixed(1)} s`);

const rng = Rng.fromSeed(`kill-and-resume/${values.seed}`);
let kills = 0;
let ended = false;
while (!ended && kills < Number(values.kills)) {
  const at = Math.round(1000 + rng.next() * whole.ms * 0.4);
  ({ ended } = await attempt('killed', at));
  if (!ended) console.log(`kill ${++kills}: after ${(at / 1000).toFixed(1)} s`);
}
if (!ended) await attempt('killed');

const [expected, found] = [await fingerprints('whole'), await fingerprints('killed')];
const differing = [...new Set([...expected.keys(), ...found.keys()])].filter(
  (path) => expected.get(path) !== found.get(path),
);
for (const path of differing) console.error(`differs: ${path}`);
console.log(`${kills} kills, ${expected.size} files compared, ${differing.length} differ`);
if (differing.length > 0) {
  console.log(`kept for a look: ${folder}`);
  process.exitCode = 1;
} else if (values.folder === undefined) await rm(folder, { recursive: true, force: true });
