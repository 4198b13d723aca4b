/** Runs of a tiny task, made once for the tests of a file by the real pipeline over the exact fake engine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { attempt } from '../../pipeline/testing/tiny-run.js';
import { writeTinyTask } from '../../pipeline/testing/tiny-task.js';

/** Some seconds where nothing else is at work. */
const LONGEST_MS = 300_000;

const arms = [
  { name: 'grpo', train: 'none', test: 'none' },
  { name: 'ra-rft', train: 'bm25', test: 'bm25' },
];

const settings = { tiny: [], longer: ['rl.steps=4'], elsewhere: ['data.testShare=0.2'] };

/**
 * Those that are named: `tiny` and `longer` were tested on the same problems, `elsewhere` on others. For reading only: a test that changes
 * a run copies it.
 */
export function tinyRuns(...names: (keyof typeof settings)[]): { folder: () => string } {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'ra-rft-runs-'));
    const file = await writeTinyTask(join(root, 'task'), { arms });
    const fewer = ['rl.steps=2', 'labels.maxQueries=12', 'eval.greedy=true', 'eval.contexts=2'];
    for (const name of names) await attempt(join(root, 'runs', name), { file, set: [...fewer, ...settings[name]] });
  }, LONGEST_MS);
  afterAll(() => rm(root, { recursive: true, force: true }));
  return { folder: () => join(root, 'runs') };
}
