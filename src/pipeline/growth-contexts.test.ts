/** A run folder goes on with other contexts: what was shown before decides which arms stay. */
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../config/index.js';
import { readJsonlAll } from '../core/jsonl.js';
import { RunFolder } from '../runs/run-folder.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { runPipeline } from './pipeline.js';
import { openFakeEngine, writeTinyTask } from './testing/tiny-task.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = await writeTinyTask(folder, { arms: [{ name: 'one', train: 'bm25', test: 'bm25' }] });
});

/** Runs to the end; returns the stages that ran. */
async function run(arms: unknown[], ...set: string[]) {
  const config = resolveConfig({ file, set: [`arms=${JSON.stringify(arms)}`, ...set] });
  const opened = await RunFolder.open(join(folder, 'run'), { values: config, yaml: configToYaml(config) });
  const events = () => readJsonlAll<{ kind: string; stage: string }>(join(folder, 'run', 'events.jsonl'));
  const before = (await events()).length;
  try {
    await runPipeline(config, opened, { openEngine: openFakeEngine });
  } finally {
    await opened.close();
  }
  return (await events())
    .slice(before)
    .filter(({ kind }) => kind === 'stage-finished')
    .map(({ stage }) => stage);
}

const one = { name: 'one', train: 'bm25', test: 'bm25' };

it('an arm with more traces than were kept is added: the search runs again, the other arm stays', async () => {
  await run([one]);
  const ran = await run([one, { name: 'eight', train: 'bm25', test: 'bm25', contexts: { traces: 8 } }]);
  expect(ran).toContain('retrieved-bm25');
  expect(ran).toContain('train-eight');
  expect(ran).not.toContain('train-one');
});

it('other contexts of an arm that is done are refused, with the key', async () => {
  await run([one]);
  for (const contexts of [{ traces: 2 }, { drop: 0.5 }, { annealSteps: 2 }, { spread: 2 }])
    await expect(run([{ ...one, contexts }])).rejects.toMatchObject({
      code: 'run-folder',
      message: expect.stringContaining(JSON.stringify(contexts)) as string,
    });
  expect(await run([{ ...one, contexts: { demonstrations: 2 } }])).toEqual([]); // it shows none
});

it('a curriculum is another training, by a stage that all arms share', async () => {
  await run([{ name: 'plain' }]);
  await expect(run([{ name: 'plain' }], 'rl.curriculum=easy-first')).rejects.toMatchObject({ code: 'run-folder' });
  expect(await run([{ name: 'plain' }], 'rl.curriculumSamples=3')).toEqual([]); // nothing is measured
});
