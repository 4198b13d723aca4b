/** Runs of a tiny task, made once for all tests that name the same ones, by the real pipeline over the exact fake engine. */
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { madeOnce } from '../../core/testing/made-once.js';
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
    root = await madeOnce(`runs-${names.join('-')}`, async (folder) => {
      const file = await writeTinyTask(join(folder, 'task'), { arms });
      const fewer = ['rl.steps=2', 'labels.maxQueries=12', 'eval.greedy=true', 'eval.contexts=2'];
      for (const name of names) await attempt(join(folder, 'runs', name), { file, set: [...fewer, ...settings[name]] });
    });
  }, LONGEST_MS);
  return { folder: () => join(root, 'runs') };
}
