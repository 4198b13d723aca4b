import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { loadProblems } from './load.js';
import type { ReadOptions, RecordLine } from './record-line.js';
import { countRecords, readRecords } from './records.js';

/** Made by scripts/golden/parquet_problems.py: 500 rows, in three row groups or in one of many pages without an index. */
const fixture = (name: string) => fileURLToPath(new URL(`./testing/${name}.parquet`, import.meta.url));

async function rowsOf(path: string, options?: ReadOptions): Promise<RecordLine[]> {
  const rows: RecordLine[] = [];
  for await (const row of readRecords(path, options)) rows.push(row);
  return rows;
}

const expected = (i: number) => ({
  question: `What is ${i} + ${i}?`,
  level: BigInt(i),
  meta: { answer: i === 3 ? null : String(2 * i) },
});

describe('readRecords of Parquet', () => {
  test.each(['groups', 'pages'])('%s: every row in order, with its place', async (name) => {
    const path = fixture(name);
    const rows = await rowsOf(path, { fields: ['question', 'level', 'meta.answer', 'none'] });
    expect(rows).toHaveLength(500);
    expect(await countRecords(path)).toBe(500);
    for (const [i, row] of rows.entries()) {
      expect(row).toEqual({ where: `${path}:${i + 1}`, line: i + 1, record: expected(i) });
    }
  });

  test.each(['groups', 'pages'])('%s: windows of 64 rows give the same rows', async (name) => {
    const fields = ['question', 'level', 'meta.answer'];
    const whole = await rowsOf(fixture(name), { fields });
    expect(await rowsOf(fixture(name), { fields, windowBytes: 1 })).toEqual(whole);
  });

  test('a list column whose pages do not tell their rows is read group by group', async () => {
    const rows = await rowsOf(fixture('groups'), { windowBytes: 1 });
    expect(rows[499]).toMatchObject({ record: { ...expected(499), tags: ['a', 'b'] } });
  });

  test('where none of the wanted fields exists all columns are read, so that messages can name them', async () => {
    const [row] = await rowsOf(fixture('pages'), { fields: ['problem'] });
    expect(Object.keys((row as { record: object }).record)).toEqual(['question', 'level', 'meta']);
  });

  test('problems are loaded from it, and a null answer is a missing one', async () => {
    const fields = { answer: 'meta.answer', id: 'level' };
    const { items, skipped } = await loadProblems(fixture('pages'), { fields, unusable: 'skip' });
    expect(items).toHaveLength(499);
    expect(items[4]).toEqual({ id: '5', question: 'What is 5 + 5?', answer: '10' });
    expect(skipped).toMatchObject([{ where: `${fixture('pages')}:4`, message: expect.stringContaining('missing') }]);
  });

  test('a text that is not UTF-8 is a fault of its row', async () => {
    const { items, skipped } = await loadProblems(fixture('invalid-text'), { unusable: 'skip' });
    expect(items.map((p) => p.question)).toEqual(['fine']);
    expect(skipped).toMatchObject([{ message: expect.stringContaining('not valid UTF-8') }]);
  });

  test('a file that is no Parquet, or is missing', async () => {
    const path = join(await temporaryFolder(), 'x.parquet');
    await expect(rowsOf(path)).rejects.toMatchObject({ code: 'io', where: path });
    await writeFile(path, 'PAR1 but not really PAR1');
    await expect(rowsOf(path)).rejects.toMatchObject({ code: 'data', where: path });
    await expect(countRecords(path)).rejects.toMatchObject({ code: 'data', where: path });
  });
});
