import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import type { ReadOptions, RecordLine } from './record-line.js';
import { countRecords, readRecords } from './records.js';

async function file(content: string | Buffer): Promise<string> {
  const path = join(await temporaryFolder(), 'x.jsonl');
  await writeFile(path, content);
  return path;
}

async function linesOf(path: string, options?: ReadOptions): Promise<RecordLine[]> {
  const lines: RecordLine[] = [];
  for await (const line of readRecords(path, options)) lines.push(line);
  return lines;
}

describe('readRecords of JSONL', () => {
  test('numbers lines from 1, passes over empty ones, takes a byte order mark and CRLF', async () => {
    const path = await file('\uFEFF{"a":1}\r\n\r\n  \n{"a":2}');
    expect(await linesOf(path)).toEqual([
      { where: `${path}:1`, line: 1, record: { a: 1 } },
      { where: `${path}:4`, line: 4, record: { a: 2 } },
    ]);
    expect(await countRecords(path)).toBe(2);
  });

  test('a bad line is told, and the rest goes on', async () => {
    const bytes = [Buffer.from('{"a":1}\n{"a":\n[1]\n"'), Buffer.from([0xff, 0xfe]), Buffer.from('"\n{"a":2}\n')];
    const path = await file(Buffer.concat(bytes));
    const lines = await linesOf(path);
    expect(lines.map((l) => ('problem' in l ? l.problem.slice(0, 17) : l.record))).toEqual([
      { a: 1 },
      'not valid JSON: {',
      'not a JSON object',
      'not valid UTF-8',
      { a: 2 },
    ]);
    expect(lines[3]).toMatchObject({ where: `${path}:4` });
  });

  test('a line of 10 MB is told by its size; with more room it is read', async () => {
    const path = await file(`{"a":1}\n${JSON.stringify({ a: 'x'.repeat(10 * 2 ** 20) })}\n{"a":2}\n`);
    const lines = await linesOf(path);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatchObject({ where: `${path}:2`, problem: 'a line of 10 MB' });
    expect(lines[2]).toMatchObject({ record: { a: 2 } });
    expect((await linesOf(path, { maxLineBytes: 11 * 2 ** 20 })).every((l) => 'record' in l)).toBe(true);
    expect(await countRecords(path)).toBe(3);
  });

  test('lines across the chunks of a stream stay whole', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => ({ i, text: 'ö'.repeat(5000 + i) }));
    const path = await file(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const lines = await linesOf(path);
    expect(lines.map((l) => ('record' in l ? l.record : l))).toEqual(rows);
    expect(await countRecords(path)).toBe(300);
  });

  test('a file that is missing, and one that is empty', async () => {
    await expect(linesOf('/nowhere/x.jsonl')).rejects.toMatchObject({ code: 'io', where: '/nowhere/x.jsonl' });
    expect(await linesOf(await file(''))).toEqual([]);
    expect(await countRecords(await file(''))).toBe(0);
  });
});
