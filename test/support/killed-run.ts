/** Runs of the command line that are killed at random moments and started again, and what they leave behind. */
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Rng } from '../../src/core/rng.js';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** How one attempt ended. */
export interface Attempt {
  killed: boolean;
  exitCode: number | null;
  stderr: string;
  ms: number;
}

/** Starts `ra-rft` with these arguments; kills it (SIGKILL: no chance to tidy up) after `killAfterMs`. */
export function attempt(args: readonly string[], killAfterMs?: number): Promise<Attempt> {
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ killed: signal === 'SIGKILL', exitCode, stderr, ms: performance.now() - started });
    });
  });
}

/**
 * Runs to the end, killing `kills` attempts at moments drawn between `from` and `to` milliseconds after their start.
 * Returns the moments of the kills that struck. Throws where an attempt fails by itself.
 */
export async function runWithKills(
  args: readonly string[],
  plan: { kills: number; from: number; to: number; rng: Rng },
): Promise<number[]> {
  const struck: number[] = [];
  for (let i = 0; i <= plan.kills; i++) {
    const at = i < plan.kills ? plan.from + plan.rng.next() * (plan.to - plan.from) : undefined;
    const { killed, exitCode, stderr } = await attempt(args, at);
    if (killed && at !== undefined) struck.push(Math.round(at));
    else if (exitCode !== 0) throw new Error(`attempt ${i + 1} ended with code ${exitCode}:\n${stderr}`);
  }
  return struck;
}

/** Files that hold clock times, or whose content depends on how often a run was started. */
const notResults = /^(events\.jsonl|run\.lock|stages\/|report\.)/;

/** Hash of every result of a run folder by relative path; summary.json without its seconds. */
export async function results(root: string): Promise<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path);
    if (notResults.test(name)) continue;
    let content: Buffer | string = await readFile(path);
    if (name === 'summary.json')
      content = JSON.stringify({ ...(JSON.parse(content.toString()) as object), seconds: {} });
    out[name] = createHash('sha256').update(content).digest('hex').slice(0, 12);
  }
  return out;
}
