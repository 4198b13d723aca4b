/** Runs of the command line that are killed at random moments and started again, and what they leave behind. */
import { spawn } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Rng } from '../../src/core/rng.js';

/** How one attempt ended. */
export interface Attempt {
  killed: boolean;
  exitCode: number | null;
  stderr: string;
  ms: number;
}

/** Bytes of the logs under a folder: the progress of a run, counted in what it has written. */
export async function loggedBytes(root: string): Promise<number> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const logs = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'));
  const sizes = logs.map((entry) =>
    stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0, // renamed or removed since it was listed
    ),
  );
  return (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
}

/** Starts Node with these arguments, the file of the command line and its own; kills it (SIGKILL: no chance to tidy up) as soon as `shouldKill` says so. */
export async function attempt(args: readonly string[], shouldKill?: () => Promise<boolean>): Promise<Attempt> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  let ended = false;
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const end = new Promise<Attempt>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      ended = true;
      resolve({ killed: signal === 'SIGKILL', exitCode, stderr, ms: performance.now() - started });
    });
  });
  while (shouldKill && !ended) {
    if (await shouldKill()) child.kill('SIGKILL');
    await setTimeout(10);
  }
  return end;
}

/**
 * Runs to the end, killing it at `kills` moments of its progress: random points of the `totalBytes` that a run which is
 * never killed logs under `root`. Each kill waits until its attempt has logged something of its own. Progress decides,
 * not the clock, so that every kill strikes however fast the machine is at that moment.
 * Returns the points as shares of the whole. Throws where an attempt fails by itself or ends before its kill.
 */
export async function runWithKills(
  args: readonly string[],
  root: string,
  { kills, totalBytes, rng }: { kills: number; totalBytes: number; rng: Rng },
): Promise<number[]> {
  const points = Array.from({ length: kills }, () => 0.9 * rng.next()).toSorted((a, b) => a - b);
  for (const [i, point] of points.entries()) {
    const before = await loggedBytes(root);
    const { killed, exitCode, stderr } = await attempt(args, async () => {
      const bytes = await loggedBytes(root);
      return bytes !== before && bytes >= point * totalBytes;
    });
    if (!killed) throw new Error(`attempt ${i + 1} ended by itself with code ${exitCode}:\n${stderr}`);
  }
  const { exitCode, stderr } = await attempt(args);
  if (exitCode !== 0) throw new Error(`the last attempt ended with code ${exitCode}:\n${stderr}`);
  return points;
}

/** Files that hold clock times, or whose content depends on how often a run was started; of one run, or of one below a folder. */
const notResults = /^(seed-\d+\/)?(events\.jsonl|run\.lock|stages\/|report\.)/;

/** Hash of every result of a run folder, or of a folder of runs, by relative path; summary.json without its seconds. */
export async function results(root: string): Promise<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path);
    if (notResults.test(name)) continue;
    let content: Buffer | string = await readFile(path);
    if (entry.name === 'summary.json')
      content = JSON.stringify({ ...(JSON.parse(content.toString()) as object), seconds: {} });
    out[name] = createHash('sha256').update(content).digest('hex').slice(0, 12);
  }
  return out;
}
