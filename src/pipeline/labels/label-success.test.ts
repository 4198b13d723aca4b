import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { RunFolder } from '../../runs/run-folder.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import type { EvalRecord } from '../../eval/index.js';
import type { Label } from '../../judge/index.js';
import { measureLabelSuccess, type LabelSuccess } from './label-success.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

async function measure(folder: string, set: string[], changes: Record<string, unknown> = {}): Promise<LabelSuccess> {
  const config = resolveConfig({ file: await writeTinyTask(folder, changes), set });
  const run = await RunFolder.open(join(folder, 'run'), { values: config, yaml: configToYaml(config) });
  try {
    const counts = { problems: 5, traces: 3, samples: 4 };
    return await measureLabelSuccess(config, run, { ...counts, openEngine: openFakeEngine });
  } finally {
    await run.close();
  }
}

test('samples every drawn problem with and without traces, once', async () => {
  const folder = await temporaryFolder();
  const first = await measure(folder, []);
  expect(first).toMatchObject({ problems: 5, traces: 15, samples: 4, failedPrompts: 0, failedAnswers: 0 });
  const records = await readJsonlAll<EvalRecord>(join(folder, 'run', 'label-success.jsonl'));
  expect(records).toHaveLength(20);
  expect(records.filter(({ traceIds }) => traceIds.length === 0)).toHaveLength(5);
  for (const { samples, problemId, traceIds } of records) {
    expect(samples).toHaveLength(4);
    expect((JSON.parse(problemId) as string[])[1]).toBe(traceIds[0] ?? '');
  }
  expect(await measure(folder, [])).toEqual(first);
  expect(await readJsonlAll(join(folder, 'run', 'label-success.jsonl'))).toEqual(records);
});

test('the figures are those of the labels and of the records', async () => {
  const folder = await temporaryFolder();
  // Any box is right, so that some answers of a random model are.
  const reward = `export default (problem, response) => (response.includes('boxed') ? 1 : 0);\n`;
  await writeTinyTask(folder);
  await writeFile(join(folder, 'any-box.mjs'), reward);
  const { success } = await measure(folder, [], { reward: './any-box.mjs' });
  const labels = await readJsonlAll<Label>(join(folder, 'run', 'labels.jsonl'));
  const records = await readJsonlAll<EvalRecord>(join(folder, 'run', 'label-success.jsonl'));
  const average = ({ samples }: EvalRecord) => samples.reduce((sum, s) => sum + (s.reward as number), 0) / 4;
  const ids = records.filter((r) => r.traceIds.length === 0).map((r) => (JSON.parse(r.problemId) as [string])[0]);
  const best = ids.map((id) => {
    const own = labels.filter((l) => l.problemId === id && 'score' in l) as (Label & { score: number })[];
    const top = own.toSorted((x, y) => y.score - x.score)[0];
    return average(records.find((r) => r.problemId === JSON.stringify([id, top?.traceId])) as EvalRecord);
  });
  expect(best.some((value) => value > 0)).toBe(true);
  expect(success.bestByGain?.mean).toBeCloseTo(best.reduce((x, y) => x + y, 0) / best.length, 12);
});

test('a prompt that is too long is a failure, not a zero; labels without scores are refused', async () => {
  const folder = await temporaryFolder();
  const short = await measure(folder, [], { prompt: { maxPromptTokens: 20 } });
  expect(short).toMatchObject({ problems: 0, traces: 0, failedPrompts: 15, correlation: null });
  expect(short.success.meanOfTraces).toBeNull();
  await expect(measure(await temporaryFolder(), ['labels.judge=truth'])).rejects.toMatchObject({ code: 'data' });
});
