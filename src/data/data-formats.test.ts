import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { dataFiles } from './data-files.js';
import { loadProblems } from './load.js';
import { countRecords, readRecords } from './records.js';

const rows = [
  { question: 'Say "x",\nthen y', answer: '1' },
  { question: 'Größe?', answer: '22' },
  { question: 'Q3', answer: '-3' },
];
const jsonl = rows.map((row) => JSON.stringify(row)).join('\n');
const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const csv = ['question,answer', ...rows.map(({ question, answer }) => `${cell(question)},${answer}`)].join('\r\n');

async function file(content: string | Buffer, name = 'x.data'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

async function read(content: string | Buffer, name?: string) {
  const path = await file(content, name);
  const records: Record<string, unknown>[] = [];
  const lines: number[] = [];
  const problems: string[] = [];
  for await (const found of readRecords(path)) {
    if ('record' in found) {
      records.push(found.record);
      lines.push(found.line);
    } else problems.push(`${found.line}: ${found.problem}`);
  }
  expect(await countRecords(path)).toBe(records.length + problems.length);
  return { records, lines, problems };
}

describe('a file is read by its content, whatever its name', () => {
  test.each<[string, string | Buffer, number[]]>([
    ['JSONL', jsonl, [1, 2, 3]],
    ['a JSON list in one line: records have numbers', JSON.stringify(rows), [1, 2, 3]],
    ['a JSON list over lines: records have lines', JSON.stringify(rows, null, 2), [2, 6, 10]],
    ['a list under a key', JSON.stringify({ version: '1', info: { by: 'me' }, data: rows }), [1, 2, 3]],
    ['a list under a key, over lines', JSON.stringify({ version: 1, rows }, null, 1), [4, 8, 12]],
    ['objects over lines, one after the other', rows.map((row) => JSON.stringify(row, null, 2)).join('\n'), [1, 5, 9]],
    ['CSV with quotes, line breaks in cells and CRLF', csv, [2, 4, 5]],
    ['CSV with a byte order mark', `\uFEFF${csv}`, [2, 4, 5]],
    ['CSV with semicolons', csv.replaceAll(/,(?=answer|-?\d)/g, ';'), [2, 4, 5]],
    ['JSONL in gzip', gzipSync(jsonl), [1, 2, 3]],
    ['CSV in gzip', gzipSync(csv), [2, 4, 5]],
    ['a JSON list in gzip', gzipSync(JSON.stringify(rows)), [1, 2, 3]],
    ['JSONL in UTF-16 with a mark', Buffer.from(`\uFEFF${jsonl}`, 'utf16le'), [1, 2, 3]],
    ['JSONL in UTF-16 without a mark', Buffer.from(jsonl, 'utf16le'), [1, 2, 3]],
    ['JSONL in UTF-16, the high byte first', Buffer.from(`\uFEFF${jsonl}`, 'utf16le').swap16(), [1, 2, 3]],
  ])('%s', async (_what, content, lines) => {
    expect(await read(content)).toEqual({ records: rows, lines, problems: [] });
  });

  test('TSV may have quotes inside of cells', async () => {
    const { records } = await read('question\tanswer\nsay "x" now\t1\n', 'x.tsv');
    expect(records).toEqual([{ question: 'say "x" now', answer: '1' }]);
  });

  test('one object over lines, as MATH has a file for each problem', async () => {
    const one = { problem: 'P', solution: '\\boxed{3}', prompt: [{ role: 'user', content: 'P' }] };
    expect((await read(JSON.stringify(one, null, 4))).records).toEqual([one]);
  });

  test('JSONL whose lines hold a key that might be a list of records stays JSONL', async () => {
    const line = JSON.stringify({ data: [{ a: 1 }], answer: '1' });
    expect((await read(`${line}\n${line}\n`)).records).toHaveLength(2);
  });

  test('a document of many chunks, with a record that is too long', async () => {
    const many = Array.from({ length: 400 }, (_, i) => ({ i, text: '\\"}],ö'.repeat(1000 + i) }));
    const path = await file(JSON.stringify(many));
    let at = 0;
    for await (const found of readRecords(path)) expect(found).toMatchObject({ record: many[at++]! });
    expect(at).toBe(400);
    const found = [];
    for await (const line of readRecords(path, { maxLineBytes: 10_000 })) found.push(line);
    expect(found).toHaveLength(400);
    expect(found[399]).toMatchObject({ problem: expect.stringMatching(/^a record of/) as string });
  });
});

describe('one bad record is told and the rest goes on', () => {
  test('in a list', async () => {
    const { records, problems } = await read('[{"a":1}, 5, "x", {"a":}, {"a":2}]');
    expect(records).toEqual([{ a: 1 }, { a: 2 }]);
    expect(problems.map((text) => text.slice(0, 20))).toEqual([
      '2: not a JSON object',
      '3: not a JSON object',
      '4: not valid JSON: {',
    ]);
  });

  test('in a table', async () => {
    const bytes = Buffer.concat([
      Buffer.from('question,answer\na,1,2\n'),
      Buffer.from([0xff]),
      Buffer.from(',3\nb,4\n'),
    ]);
    const { records, problems } = await read(bytes);
    expect(records).toEqual([{ question: 'b', answer: '4' }]);
    expect(problems).toEqual(['2: a row of 3 cells under 2 names', '3: not valid UTF-8']);
  });
});

describe('what cannot be read is named', () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 12345\n';
  test.each<[string, string | Buffer, RegExp, string]>([
    ['a Git LFS pointer', pointer, /Git LFS pointer/, ''],
    ['a web page', '<!DOCTYPE html><html></html>', /a web page/, ''],
    ['a zip archive', Buffer.from('PK\u0003\u0004xxxx', 'latin1'), /zip/, ''],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), /zstd/, ''],
    ['Parquet in gzip', gzipSync('PAR1xxxxPAR1'), /Parquet within gzip/, ''],
    ['gzip that is cut off', gzipSync(jsonl).subarray(0, 40), /cannot be unpacked/, ''],
    ['a list that is cut off', JSON.stringify(rows).slice(0, -1), /cut off/, ':1'],
    ['two lists of records', JSON.stringify({ train: rows, test: rows }), /more than one list.*train and test/, ':1'],
    ['text after the list', `${JSON.stringify(rows)} x`, /more text after the end/, ':1'],
    ['a quote that is never closed', 'question,answer\na,1\n"b,2\n', /never closed/, ':3'],
    ['two columns of one name', 'question,answer,answer\na,1,2\n', /two columns are named answer/, ':1'],
  ])('%s', async (_what, content, message, place) => {
    const path = await file(content);
    const failure = await loadProblems(path).then(
      () => undefined,
      (error: unknown) => error as { message: string },
    );
    expect(failure).toMatchObject({ code: 'data', where: `${path}${place}` });
    expect(failure?.message).toMatch(message);
  });

  test('a folder, with what to write', async () => {
    const folder = await temporaryFolder();
    await expect(loadProblems(folder)).rejects.toMatchObject({
      code: 'io',
      where: folder,
      hint: expect.stringContaining(`${folder}/*.jsonl`) as string,
    });
  });
});

describe('dataFiles', () => {
  test('patterns give files by name, each once; a name that exists is that file', async () => {
    const folder = join(await temporaryFolder(), 'odd [name]');
    await mkdir(join(folder, 'more'), { recursive: true });
    for (const name of ['b.jsonl', 'a.jsonl', 'c.csv', 'x[1].jsonl', 'more/d.jsonl']) {
      await writeFile(join(folder, name), JSON.stringify({ question: name, answer: '1' }));
    }
    const found = async (...names: string[]) =>
      (await dataFiles(names.map((name) => join(folder, name)))).map((path) => path.slice(folder.length + 1));
    expect(await found('*.jsonl')).toEqual(['a.jsonl', 'b.jsonl', 'x[1].jsonl']);
    expect(await found('**/*.jsonl')).toEqual(['a.jsonl', 'b.jsonl', 'more/d.jsonl', 'x[1].jsonl']);
    expect(await found('b.jsonl', '{a,b}.jsonl', 'x[1].jsonl')).toEqual(['b.jsonl', 'a.jsonl', 'x[1].jsonl']);
    await expect(found('*.parquet')).rejects.toMatchObject({ code: 'io' });
    const { items, places } = await loadProblems(join(folder, '[ab].jsonl'));
    expect(items.map(({ question }) => question)).toEqual(['a.jsonl', 'b.jsonl']);
    expect(places).toEqual([`${folder}/a.jsonl:1`, `${folder}/b.jsonl:1`]);
  });
});
