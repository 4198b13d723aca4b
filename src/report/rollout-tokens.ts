/** How many tokens the training of each arm sampled, counted from its rollouts. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonlSoFar } from '../core/jsonl.js';
import { ignoreMissing } from '../core/missing.js';

/** Events of a training step, as far as they are read. */
export interface StepEvent {
  kind: string;
  /** When it ended, as the wall clock said. */
  time?: string;
  arm?: string;
  step?: number;
  sampleMs?: number;
  verifyMs?: number;
  updateMs?: number;
}

/** Rollouts of an arm beyond this are not read for a report: it would take minutes. */
const MOST_BYTES = 256 * 1024 ** 2;

/** Arm -> tokens; without arms that have no rollouts, or too many. */
export async function countRolloutTokens(root: string): Promise<ReadonlyMap<string, number>> {
  const folder = join(root, 'rollouts');
  const counts = new Map<string, number>();
  for (const arm of ((await readdir(folder).catch(ignoreMissing)) ?? []).toSorted()) {
    const files = (await readdir(join(folder, arm))).filter((name) => /^\d+\.jsonl$/.test(name)).toSorted();
    const paths = files.map((file) => join(folder, arm, file));
    const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
    if (sizes.length === 0 || sizes.reduce((a, b) => a + b, 0) > MOST_BYTES) continue;
    let tokens = 0;
    for (const path of paths) {
      const lines = await readJsonlSoFar<{ rollouts?: { tokens?: unknown[] }[] }>(path);
      for (const { rollouts = [] } of lines) for (const one of rollouts) tokens += one.tokens?.length ?? 0;
    }
    counts.set(arm, tokens);
  }
  return counts;
}
