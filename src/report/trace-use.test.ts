import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { writeSampleRun } from './testing/sample-run.js';
import { traceUseBlock } from './trace-use.js';
import { writeReport } from './write.js';

const estimate = (mean: number) => ({ mean, ci95: [mean - 0.1, mean + 0.1] as [number, number], n: 9 });

test('a row for each arm, split and step; figures that no arm has have no column', () => {
  const row = { name: 'ra-rft', split: 'test', step: 0, n: 40, right: estimate(0.5) };
  const [block] = traceUseBlock({ traceUse: [{ ...row, step: 20, followsWrong: estimate(0.25) }, row] });
  expect(block).toMatchObject({
    table: {
      columns: ['arm', 'split', 'step', 'with a trace', 'right trace', 'follows a wrong one'].map((label) => ({
        label,
      })),
      rows: [
        ['ra-rft', 'test', '20', '40', '50.0 [40.0, 60.0] (9)', '25.0 [15.0, 35.0] (9)'],
        ['ra-rft', 'test', '0', '40', '50.0 [40.0, 60.0] (9)', ''],
      ],
    },
  });
  expect(traceUseBlock({})).toEqual([]);
});

test('stands in the report with its words, for the arms that are tested with traces', async () => {
  const root = await temporaryFolder();
  await writeSampleRun(root);
  await writeReport(root);
  const text = await readFile(join(root, 'report.md'), 'utf8');
  expect(text).toMatch(/\| ra-rft \| seen \| 40 \| 20 \| 25\.0 /);
  expect(text).not.toMatch(/\| grpo \| seen \| 40 \| 20 \|/);
  expect(text).toContain('success with a right, a wrong trace');
  expect(await readFile(join(root, 'report.html'), 'utf8')).toContain('with a wrong one');
});
