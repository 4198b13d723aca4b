import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import type { EvalRecord } from '../eval/index.js';
import { alikeTracesBlock } from './alike-traces.js';
import { readRunData, type RunData } from './run-data.js';
import { writeSampleRun } from './testing/sample-run.js';
import { writeReport } from './write.js';

const same = 'Tom had 5 apples and ate 2.';
const other = 'How far does a train go in 3 hours?';

/** A run of four problems whose one arm with traces shows `traceIds` of them; its success is that of `rewards`. */
async function runOf(arms: Record<string, { traceIds: string[][]; rewards: number[] }>): Promise<RunData> {
  const root = await temporaryFolder();
  await writeSampleRun(root);
  const data = await readRunData(root);
  const records = ({ traceIds, rewards }: { traceIds: string[][]; rewards: number[] }): EvalRecord[] =>
    rewards.map((reward, i) => {
      const template = data.evaluations[0]!.records[0]!;
      const samples = template.samples.map((sample) => ({ ...sample, reward }));
      return { ...template, problemId: `q${i}`, split: 'seen', traceIds: traceIds[i] ?? [], samples };
    });
  return {
    ...data,
    test: data.test.map((problem) => ({ ...problem, question: same })),
    corpus: [
      { id: 'copy', question: 'Tom had 17 apples and ate 9.', trace: '', answer: '8' },
      { id: 'half', question: 'Tom had 8 pears and sold 3.', trace: '', answer: '5' },
      { id: 'far', question: other, trace: '', answer: '1' },
    ],
    evaluations: Object.entries(arms).map(([arm, own]) => ({ arm, step: 40, records: records(own) })),
  };
}

const cells = (data: RunData) => {
  const [block] = alikeTracesBlock(data);
  return block?.kind === 'table' ? block.table.rows : [];
};

test('gains on the arm without traces, each in the column of its most alike trace', async () => {
  const data = await runOf({
    grpo: { traceIds: [], rewards: [0, 0, 1, 1] },
    // The words of `half` have tom, had, and in common with the problem, of seven: 43 %.
    'ra-rft': { traceIds: [['copy'], ['far', 'copy'], ['half'], ['far']], rewards: [1, 1, 1, 0] },
  });
  expect(cells(data)).toEqual([
    ['ra-rft', 'seen', '-100.0 [-100.0, -100.0] (1)', '0.0 [0.0, 0.0] (1)', '', '+100.0 [+100.0, +100.0] (2)'],
  ]);
  expect(alikeTracesBlock(data)[0]).toMatchObject({ note: expect.stringContaining('what traces add to grpo') });
});

test('without an arm that has no traces it tells success; without any trace there is no table', async () => {
  const shown = { traceIds: [['copy'], ['gone']], rewards: [1, 0] };
  const alone = await runOf({ 'ra-rft': shown });
  expect(cells(alone)).toEqual([['ra-rft', 'seen', '', '', '', '100.0 [100.0, 100.0] (1)']]);
  expect(alikeTracesBlock(alone)[0]).toMatchObject({ note: expect.stringContaining('success, in per cent') });
  expect(alikeTracesBlock(await runOf({ grpo: { traceIds: [], rewards: [1] } }))).toEqual([]);
});

test('stands in the report, with its term', async () => {
  const root = await temporaryFolder();
  await writeSampleRun(root);
  await writeReport(root);
  const text = await readFile(join(root, 'report.md'), 'utf8');
  expect(text).toContain('75 to 100 % of the words in common');
  expect(text).toContain('with digits left out');
});
