/** What a run says of its last evaluations beside average@k: greedy responses, and the use of traces. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resolveConfig } from '../config/index.js';
import { readJsonlAll } from '../core/jsonl.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import type { Problem, Trace } from '../data/index.js';
import type { EvalRecord, Summary } from '../eval/index.js';
import { evaluationSettings } from './fingerprint.js';
import { openRun } from './open-run.js';
import { runPipeline } from './pipeline.js';
import { openFakeEngine, writeTinyTask } from './testing/tiny-task.js';

const arms = [
  { name: 'grpo', train: 'none', test: 'none' },
  { name: 'ra-rft', train: 'bm25', test: 'bm25' },
];

it('greedy responses stand beside average@k, and the use of traces for arms that are tested with some', async () => {
  const folder = await temporaryFolder();
  const config = resolveConfig({ file: await writeTinyTask(folder, { arms }), set: ['eval.greedy=true'] });
  const root = join(folder, 'run');
  const run = await openRun(root, config);
  await runPipeline(config, run, { openEngine: openFakeEngine });
  await run.close();
  const summary = JSON.parse(await readFile(join(root, 'summary.json'), 'utf8')) as Summary;

  const lines = <T>(...path: string[]) => readJsonlAll<T>(join(root, ...path));
  const greedy = await lines<EvalRecord>('eval', 'ra-rft', 'greedy-000004.jsonl');
  expect(greedy.map(({ samples }) => samples.length)).toEqual(greedy.map(() => 1));
  const rewards = greedy.map(({ samples }) => samples[0]!.reward!);
  const arm = summary.arms.find(({ name }) => name === 'ra-rft')!;
  expect(arm.greedy?.mean).toBeCloseTo(rewards.reduce((a, b) => a + b, 0) / rewards.length, 12);
  const difference = summary.differences[0]!;
  const other = summary.arms.find(({ name }) => name === 'grpo')!;
  expect(difference.greedy?.mean).toBeCloseTo(arm.greedy!.mean - other.greedy!.mean, 12);

  expect(summary.traceUse?.map(({ name, step }) => [name, step])).toEqual([
    ['ra-rft', 0],
    ['ra-rft', 4],
  ]);
  const truths = new Map(
    [...(await lines<Problem>('data', 'test.jsonl')), ...(await lines<Trace>('data', 'corpus.jsonl'))].map((item) => [
      item.id,
      item.truth,
    ]),
  );
  const shown = await lines<EvalRecord>('eval', 'ra-rft', '000004.jsonl');
  const right = shown.filter(({ problemId, traceIds }) => truths.get(problemId) === truths.get(traceIds[0]!));
  expect(summary.traceUse![1]!.right).toMatchObject({ mean: right.length / shown.length, n: shown.length });
});

it('without greedy the settings of an evaluation are what they were', async () => {
  const file = await writeTinyTask(await temporaryFolder());
  expect(evaluationSettings(resolveConfig({ file }))).not.toHaveProperty('greedy');
  expect(evaluationSettings(resolveConfig({ file, set: ['eval.greedy=true'] }))).toHaveProperty('greedy', true);
});
