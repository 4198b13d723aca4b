import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { countRecords, readRecords } from '../data/index.js';
import { writeRows, type Shape } from './row-file.js';

const shape = {
  id: 'integer',
  turns: [{ role: 'text', content: 'text' }],
  more: { names: ['text'], note: 'text?', deep: { counts: ['integer'] } },
} as const satisfies Record<string, Shape>;

const rows = Array.from({ length: 2300 }, (_, i) => ({
  id: i,
  turns: Array.from({ length: i % 4 }, (_, j) => ({
    role: j % 2 === 0 ? 'user' : 'assistant',
    content: `${i}é 中 \0 ${j}`,
  })),
  more: {
    names: Array.from({ length: i % 3 }, (_, j) => `t${j}`),
    note: i % 2 === 0 ? null : '',
    deep: { counts: Array.from({ length: (i + 1) % 2 }, () => 2 ** 40 + i) },
  },
}));

// oxlint-disable-next-line require-await
async function* stream<T>(items: readonly T[]) {
  yield* items;
}

it('gives every row back as it was, empty lists and nulls too, in several row groups', async () => {
  const path = join(await temporaryFolder(), 'rows.parquet');
  await writeRows(path, 'parquet', shape, stream(rows));
  const read: unknown[] = [];
  for await (const line of readRecords(path)) if ('record' in line) read.push(line.record);
  // Whole numbers are of 64 bits.
  const wide = (_key: string, value: unknown) => (typeof value === 'number' ? `${value}n` : value);
  const narrow = (_key: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
  expect(JSON.parse(JSON.stringify(read, narrow))).toEqual(JSON.parse(JSON.stringify(rows, wide)));
});

it('writes a file without rows that has its columns', async () => {
  const path = join(await temporaryFolder(), 'rows.parquet');
  await writeRows(path, 'parquet', shape, stream([]));
  expect(await countRecords(path)).toBe(0);
});

it('refuses a row that lacks what its shape needs', async () => {
  const path = join(await temporaryFolder(), 'rows.parquet');
  const lacking = { ...rows[1]!, more: { names: ['a'], note: null, deep: { counts: [1] } }, turns: [{ role: 'user' }] };
  await expect(writeRows(path, 'parquet', shape, stream([lacking]))).rejects.toThrow('required');
});

it('writes JSON lines', async () => {
  const path = join(await temporaryFolder(), 'rows.jsonl');
  await writeRows(path, 'jsonl', shape, stream(rows.slice(0, 2)));
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(rows.slice(0, 2));
});
