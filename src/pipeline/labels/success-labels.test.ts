import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { RunFolder } from '../../runs/run-folder.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { writeJsonl } from '../../data/index.js';
import { averageAtK, type EvalRecord } from '../../eval/index.js';
import type { DecidedLabel, Label } from '../../judge/index.js';
import { runPipeline } from '../pipeline.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

async function label(folder: string, set: string[]): Promise<{ labels: Label[]; records: EvalRecord[] }> {
  // Any box is right, so that some answers of a random model are.
  const reward = `export default (problem, response) => (response.includes('boxed') ? 1 : 0);\n`;
  const file = await writeTinyTask(folder, { reward: './any-box.mjs' });
  await writeFile(join(folder, 'any-box.mjs'), reward);
  const config = resolveConfig({
    file,
    set: ['labels.measure=success', 'labels.samples=4', 'labels.maxQueries=6', ...set],
  });
  const root = join(folder, 'run');
  const run = await RunFolder.open(root, { values: config, yaml: configToYaml(config) });
  try {
    await runPipeline(config, run, { until: 'labels', openEngine: openFakeEngine });
  } finally {
    await run.close();
  }
  const records = await readJsonlAll<EvalRecord>(join(root, 'label-samples.jsonl'));
  return { labels: await readJsonlAll<Label>(join(root, 'labels.jsonl')), records };
}

test('scores are shares of right answers less their mean over the problem; the best few above it are relevant', async () => {
  const { labels, records } = await label(await temporaryFolder(), ['labels.baseline=query', 'labels.topPositives=2']);
  expect(records).toHaveLength(labels.length);
  const success = new Map(records.map((record) => [record.problemId, averageAtK(record.samples)!]));
  const problems = [...new Set(labels.map(({ problemId }) => problemId))];
  expect(problems).toHaveLength(6);
  let differing = 0;
  for (const problemId of problems) {
    const own = (labels as DecidedLabel[]).filter((one) => one.problemId === problemId);
    const shares = own.map(({ traceId }) => success.get(JSON.stringify([problemId, traceId]))!);
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
    own.forEach(({ score, judge }, i) => {
      expect(score).toBeCloseTo(shares[i]! - mean, 6);
      expect(judge).toBe('utility-success');
    });
    const relevant = own.filter((one) => one.relevant);
    const above = own.filter(({ score }) => score! > 0);
    expect(relevant).toHaveLength(Math.min(2, above.length));
    for (const one of relevant) expect(one.score).toBeGreaterThan(0);
    differing += Number(new Set(shares).size > 1);
  }
  expect(differing).toBeGreaterThan(0);
});

test('the reward module sees the problems as the file has them: their ids, and no solution that they have not', async () => {
  const folder = await temporaryFolder();
  const reward = `export default ({ id, solution }) => (/^p-[0-9a-f]+$/.test(id) && solution === undefined ? 1 : 0);\n`;
  const file = await writeTinyTask(folder, { reward: './own-id.mjs' });
  await writeFile(join(folder, 'own-id.mjs'), reward);
  await writeFile(file, (await readFile(file, 'utf8')).replace('"solution": "work"', '"solution": "none"'));
  const bare = await readJsonlAll<{ work: string }>(join(folder, 'problems.jsonl'));
  await writeJsonl(
    join(folder, 'problems.jsonl'),
    bare.map(({ work, ...line }, i) => (i === 0 ? { ...line, none: work } : line)),
  );
  const set = ['labels.measure=success', 'labels.samples=2', 'labels.maxQueries=4'];
  const config = resolveConfig({ file, set });
  const run = await RunFolder.open(join(folder, 'run'), { values: config, yaml: configToYaml(config) });
  try {
    // Every answer is right, so no trace is better than another.
    const labels = runPipeline(config, run, { until: 'labels', openEngine: openFakeEngine });
    await expect(labels).rejects.toMatchObject({ message: expect.stringContaining('none is relevant') as string });
  } finally {
    await run.close();
  }
  const records = await readJsonlAll<EvalRecord>(join(folder, 'run', 'label-samples.jsonl'));
  const rewards = records.flatMap(({ samples }) => samples.map((sample) => sample.reward));
  expect(rewards.length).toBeGreaterThan(50);
  expect(new Set(rewards)).toEqual(new Set([1]));
});

test('answers that are there are not sampled again; a prompt that is too long fails its pair', async () => {
  const folder = await temporaryFolder();
  const first = await label(folder, []);
  await writeFile(join(folder, 'run', 'stages', 'labels.json'), '{}');
  expect(await label(folder, [])).toEqual(first);
  const tooLong = label(await temporaryFolder(), ['prompt.maxPromptTokens=4']);
  await expect(tooLong).rejects.toMatchObject({
    code: 'context-length',
    message: expect.stringContaining('tokens') as string,
  });
});
