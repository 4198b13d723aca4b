/** rl.steps: 0: the arms are evaluated with the policy that they start from; more steps later are those of a run that had them at once. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { attempt } from './testing/tiny-run.js';
import { writeTinyTask } from './testing/tiny-task.js';

it('evaluates the start, and grows into a run that trains', async () => {
  const folder = await temporaryFolder();
  const arms = [
    { name: 'grpo', train: 'none', test: 'none' },
    { name: 'grpo-bm25', train: 'none', test: 'bm25', policyOf: 'grpo' },
  ];
  const file = await writeTinyTask(folder, { arms });
  const [grown, straight] = [join(folder, 'grown'), join(folder, 'straight')];
  await attempt(grown, { file, set: ['rl.steps=0'] });
  const summary = JSON.parse(await readFile(join(grown, 'summary.json'), 'utf8')) as { arms: { name: string }[] };
  expect(summary.arms.map(({ name }) => name)).toEqual(['grpo', 'grpo-bm25']);
  expect(await readdir(grown)).not.toContain('policy');

  await attempt(grown, { file });
  await attempt(straight, { file });
  const metrics = (root: string) => readFile(join(root, 'metrics.jsonl'), 'utf8');
  expect(await metrics(grown)).toBe(await metrics(straight));
  const last = (root: string) => readFile(join(root, 'eval', 'grpo-bm25', '000004.jsonl'), 'utf8');
  expect(await last(grown)).toBe(await last(straight));
});
