import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { writeJsonl, type Problem } from '../data/index.js';
import type { EvalRecord } from '../eval/index.js';
import { writeSampleRun } from '../report/testing/sample-run.js';
import { runPaths } from '../runs/run-paths.js';
import { readGroups } from './run-groups.js';
import type { RunsTogether } from './runs-together.js';
import { writeRunsReport } from './write-runs.js';

const arms = '[{ name: grpo, train: none, test: none }, { name: ra-rft, train: learned, test: learned }]';

/** Sample runs of one configuration but for what is said of each. */
async function runsOf(folder: string, configs: Record<string, string>): Promise<string[]> {
  const roots = Object.keys(configs).map((name) => join(folder, name));
  for (const root of roots) {
    await writeSampleRun(root);
    const own = configs[root.slice(folder.length + 1)]!;
    await writeFile(
      join(root, 'config.yaml'),
      `arms: ${arms}\nrl: { steps: 40 }\neval: { k: 4, bootstrapSamples: 200 }\n${own}\n`,
    );
  }
  return roots;
}

/** Lets an arm answer every problem of a split as said. */
async function setRewards(root: string, arm: string, reward: (record: EvalRecord, sample: number) => number) {
  const path = runPaths(root).evaluation(arm, 40);
  const records = await readJsonlAll<EvalRecord>(path);
  for (const record of records)
    record.samples = record.samples.map((sample, i) => ({ ...sample, reward: reward(record, i) }));
  await writeJsonl(path, records);
}

test('arms of one name are paired by problem from run to run', async () => {
  const folder = await temporaryFolder();
  const [a, b] = (await runsOf(folder, { a: 'seed: 1', b: 'seed: 1\nprompt: { system: Think. }' })) as [string, string];
  for (const root of [a, b])
    for (const arm of ['grpo', 'random-trace', 'grpo-retrieval-at-test']) await setRewards(root, arm, () => 0);
  await setRewards(a, 'ra-rft', (_, i) => Number(i === 0)); // 1/4
  await setRewards(b, 'ra-rft', ({ problemId }, i) => Number(i < (Number(problemId.slice(1)) % 2 === 0 ? 1 : 3))); // 1/4, 3/4
  const { files, together } = await writeRunsReport([a, b], join(folder, 'out'));
  expect(together.runs.map(({ name, differs }) => [name, differs])).toEqual([
    ['a', []],
    ['b', ['prompt.system: null and "Think."']],
  ]);
  const gain = together.across.find((row) => row.a.arm === 'ra-rft')!;
  expect(gain).toMatchObject({ a: { run: 'b' }, b: { run: 'a' } });
  for (const split of ['seen', 'unseen']) {
    const { mean, ci95, problems } = gain.difference[split]!;
    expect([mean, problems]).toEqual([0.25, 20]);
    // Half of the problems gain 0, half 1/2: a standard error of 0.057, t = 2.09.
    expect((ci95![1] - ci95![0]) / 2).toBeCloseTo(0.12, 2);
  }
  expect(together.within.find((row) => row.a.run === 'a' && row.b.arm === 'grpo')!.difference['seen']!.mean).toBe(0.25);
  const text = await readFile(files.markdown, 'utf8');
  expect(text).toMatch(/\| ra-rft: b - a \| \+25\.0 .*\(n 20, seeds 1\)/);
  expect(JSON.parse(await readFile(files.json, 'utf8'))).toEqual(JSON.parse(JSON.stringify(together)) as RunsTogether);
  expect(await readFile(files.html, 'utf8')).not.toMatch(/<script|src=/i);
});

test('runs that differ in their seed alone are one, with intervals over seeds and problems', async () => {
  const folder = await temporaryFolder();
  const roots = await runsOf(folder, { s1: 'seed: 1', s2: 'seed: 2', s3: 'seed: 3' });
  for (const [i, root] of roots.entries()) {
    for (const arm of ['random-trace', 'grpo-retrieval-at-test', 'grpo']) await setRewards(root, arm, () => 0);
    await setRewards(root, 'ra-rft', (_, sample) => Number(sample < i + 1)); // 1/4, 2/4, 3/4 of every problem
  }
  const { together } = await writeRunsReport(roots, join(folder, 'out'));
  expect(together.runs).toMatchObject([{ name: 's1, s2, s3', seeds: [1, 2, 3] }]);
  const { mean, ci95, seeds } = together.arms.find(({ arm }) => arm === 'ra-rft')!.accuracy['unseen']!;
  expect([mean, seeds]).toEqual([0.5, [1, 2, 3]]);
  // Seeds differ by a quarter each: t of two degrees of freedom times 0.25 / sqrt(3); it ends at 0 and 1.
  expect(ci95).toEqual([0, 1]);
  expect(together.across).toEqual([]);
});

test('runs on other test problems are refused by name, and so is what is no comparison', async () => {
  const folder = await temporaryFolder();
  const [a, b] = (await runsOf(folder, { a: 'seed: 1', b: 'seed: 2' })) as [string, string];
  const path = runPaths(b).problems('test');
  const problems = await readJsonlAll<Problem>(path);
  await writeJsonl(path, [{ ...problems[0]!, answer: '77' }, ...problems.slice(2)]);
  await expect(readGroups([a, b])).rejects.toMatchObject({
    code: 'data',
    message:
      'runs a and b were tested on other problems: 1 of 40 of a are not in b, 1 have another question, answer or split under the same id; the first: q1',
  });
  await expect(readGroups([a, `${a}/`])).rejects.toMatchObject({ code: 'usage' });
  await expect(writeRunsReport([a, b], a)).rejects.toMatchObject({ code: 'usage', where: '--out' });
  await expect(readGroups([a, join(folder, 'none')])).rejects.toMatchObject({ code: 'run-folder' });
});

test('an arm that is not at its end is in no table, and its run is named', async () => {
  const folder = await temporaryFolder();
  const roots = await runsOf(folder, { a: 'seed: 1', b: 'seed: 1\nprompt: { system: Think. }' });
  await rm(runPaths(roots[1]!).evaluation('ra-rft', 40));
  const { files, together } = await writeRunsReport(roots, join(folder, 'out'));
  expect(together.arms.map(({ run, arm }) => `${run}/${arm}`)).not.toContain('b/ra-rft');
  expect(together.across.map(({ a }) => a.arm)).not.toContain('ra-rft');
  expect(await readFile(files.markdown, 'utf8')).toContain('Not finished: b.');
});
