import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { writeSampleRun } from '../report/testing/sample-run.js';
import { raRft } from './testing/ra-rft.js';

interface Score {
  split: string;
  average: number;
  n: number;
}

interface Together {
  evaluations: { name: string; differs: string[] }[];
  differences: { among: string; difference: Record<string, { mean: number; problems: number }> }[];
}

test('two evaluations of a policy are compared problem by problem, by the traces that one of them shows', async () => {
  const folder = await temporaryFolder();
  const world = join(folder, 'world');
  await raRft('world', 'generate', world);
  const evaluate = async (out: string, ...args: string[]) => {
    const what = ['--policy', 'embedded', '--data', `tests=${join(world, 'tests.jsonl')}`, '--k', '2', '--quiet'];
    const { code, out: text } = await raRft('eval', ...what, '--out', join(folder, out), ...args);
    const { scores } = JSON.parse(await readFile(join(folder, out, 'eval.json'), 'utf8')) as { scores: Score[] };
    return { code, text, score: scores[0]! };
  };
  const none = await evaluate('none', '--limit', '24');
  const traces = ['--corpus', join(world, 'corpus.jsonl'), '--traces', '3', '--limit', '24'];
  const shown = await evaluate('shown', ...traces);
  expect([none.code, shown.code]).toEqual([0, 0]);
  expect(none.text).not.toContain('use of traces');
  expect(shown.text).toMatch(/use of traces, .*\n +data +with a trace +right trace.*\n +tests\/seen +24 /);

  const out = join(folder, 'out');
  const folders = ['none', 'shown'].map((name) => join(folder, name));
  const report = await raRft('report', ...folders, '--out', out);
  expect(report).toMatchObject({ code: 0, out: expect.stringMatching(/shown - none +with a wrong trace/) as string });
  const together = JSON.parse(await readFile(join(out, 'comparison.json'), 'utf8')) as Together;
  expect(together.evaluations.map(({ name }) => name)).toEqual(['none', 'shown']);
  expect(together.evaluations[1]!.differs.join()).toMatch(/^traces: null and \{"from":"bm25"/);
  const [all, ...parts] = together.differences.map(({ difference }) => difference['tests/seen']!);
  expect(all!.problems).toBe(24);
  expect(all!.mean).toBeCloseTo(shown.score.average - none.score.average, 12);
  expect(together.differences.map(({ among }) => among)).toEqual(['all', 'right trace', 'wrong trace']);
  expect(parts.reduce((sum, { mean, problems }) => sum + mean * problems, 0) / 24).toBeCloseTo(all!.mean, 12);
  expect(await readFile(join(out, 'report.md'), 'utf8')).toContain('| shown - none | with a right trace |');

  const fewer = await evaluate('fewer', '--limit', '5');
  expect(fewer.score.n).toBe(5);
  const other = join(folder, 'fewer');
  expect(await raRft('report', folders[0]!, other, '--out', out)).toMatchObject({
    code: 4,
    err: expect.stringContaining('the problems of tests are not the same') as string,
  });
  expect(await raRft('report', folders[0]!, folders[0]!, '--out', out)).toMatchObject({ code: 2 });
  expect(await raRft('report', ...folders, '--out', folders[0]!)).toMatchObject({
    code: 2,
    err: expect.stringContaining('is an evaluation') as string,
  });
  await rm(join(other, 'eval.json'));
  expect(await raRft('report', other, folders[0]!, '--out', out)).toMatchObject({
    code: 7,
    err: expect.stringContaining('fewer holds no evaluation that came to its end') as string,
  });
  const run = join(folder, 'run');
  await writeSampleRun(run);
  expect(await raRft('report', folders[0]!, run, '--out', out)).toMatchObject({
    code: 2,
    err: expect.stringContaining('holds no evaluation') as string,
  });
});
